// Tells when a month's costs of the resource group exceed a sum, or will. It stops nothing.
param name string
param amount int
param email string
param peopleId string

@description('First day of the month in which the budget was made, which Azure lets nobody change. Empty: this month.')
param start string

param thisMonth string = utcNow('yyyy-MM-01')

var startDate = empty(start) ? thisMonth : start
var told = {
  enabled: true
  operator: 'GreaterThan'
  contactEmails: empty(email) ? [] : [email]
  contactGroups: [peopleId]
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: startDate }
    notifications: {
      spent: union(told, {
        threshold: 80
        thresholdType: 'Actual'
      })
      forecast: union(told, {
        threshold: 100
        thresholdType: 'Forecasted'
      })
    }
  }
}

output start string = startDate
