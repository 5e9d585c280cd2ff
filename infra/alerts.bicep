// What somebody should be told of. Queries go by the event ids in telemetry.json, which the tests compare with the code.
param token string
param location string
param tags object
param email string
param insightsId string
param workspaceId string
param creditsLow int
param hostStorageId string
param storageId string
param systemTopicId string
param topicId string

var events = loadJsonContent('telemetry.json').events
var metrics = loadJsonContent('telemetry.json').metrics

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'evolink'
    enabled: true
    emailReceivers: empty(email) ? [] : [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// One rule costs the less the rarer it looks: every 15 minutes is soon enough for what waits for hours.
var queries = [
  {
    name: 'failed-generations'
    title: 'Generations fail'
    description: 'More than 3 generations, and more than a tenth of them, failed within an hour. The workbook shows their codes.'
    severity: 2
    window: 'PT1H'
    query: 'traces | where toint(customDimensions.EventId) == ${events.jobEnded} | extend State = tostring(customDimensions.State) | summarize Failed = countif(State == "Failed"), Ended = count() | where Failed > 3 and Failed > Ended / 10.0'
  }
  {
    name: 'results-near-expiry'
    title: 'A finished video is not saved, and Evolink will drop it'
    description: 'Saving a video has failed for hours; Evolink keeps results for 24 hours. POST /v1/tasks/{id}/retry-save once the cause is mended.'
    severity: 1
    window: 'PT1H'
    query: 'traces | where toint(customDimensions.EventId) == ${events.nearExpiry}'
  }
  {
    name: 'unknown-outcomes'
    title: 'A submit may have been charged without a result'
    description: 'The answer to a paid call was lost and nobody called back. Look for the task at Evolink, and POST /v1/tasks/{id}/attach.'
    severity: 1
    window: 'PT1H'
    query: 'traces | where toint(customDimensions.EventId) == ${events.outcomeUnknown}'
  }
  {
    name: 'paid-without-video'
    title: 'A video was paid for, and is not there'
    description: 'A job failed after Evolink had made its video, or its task belongs to another job. The story of the job tells what was charged.'
    severity: 1
    window: 'PT1H'
    query: 'traces | where toint(customDimensions.EventId) == ${events.claimLost} or (toint(customDimensions.EventId) == ${events.jobEnded} and tostring(customDimensions.Code) in ("result_expired", "result_unusable"))'
  }
  {
    name: 'stuck-jobs'
    title: 'A job does not move'
    description: 'The sweep has woken a job three times within two hours and it stays where it is, or the oldest job is older than five days. The log names it.'
    severity: 2
    window: 'PT2H'
    query: 'union (traces | where toint(customDimensions.EventId) == ${events.jobWoken} | summarize Times = count() by Job = tostring(customDimensions.JobId) | where Times >= 3 | project Job), (customMetrics | where name == "${metrics.oldestJob}" | summarize Seconds = max(valueMax) | where Seconds > 432000 | project Job = "the oldest")'
  }
  {
    name: 'credits-low'
    title: 'Credits at Evolink run out'
    description: 'Fewer credits are left than CREDITS_LOW. At none, submits are refused and jobs wait until MaxSubmitAge.'
    severity: 2
    window: 'PT1H'
    query: 'customMetrics | where name == "${metrics.creditsLeft}" | summarize arg_max(timestamp, valueMin) | where valueMin < ${creditsLow}'
  }
  {
    name: 'notifications-given-up'
    title: 'Clients are not told of the end of their jobs'
    description: 'A webhook was given up after three days, or its receiver is gone; or the topic did not take events for a day. POST /v1/tasks/{id}/redeliver calls a webhook again.'
    severity: 2
    window: 'PT1H'
    query: 'union (customMetrics | where name == "${metrics.webhookDeliveries}" and tostring(customDimensions["evolink.state"]) in ("gone", "given_up") | summarize Lost = sum(valueSum) | where Lost > 0 | project What = "webhooks"), (traces | where toint(customDimensions.EventId) == ${events.eventsGivenUp} | summarize Lost = count() | where Lost > 0 | project What = "events")'
  }
  {
    name: 'poison-messages'
    title: 'A queued message could not be handled'
    description: 'The host moved a message to a poison queue after five tries; the log before it says why.'
    severity: 2
    window: 'PT1H'
    query: 'traces | where message has "MaxDequeueCount" and message has "poison"'
  }
  {
    name: 'callbacks-missing'
    title: 'Callbacks of Evolink do not arrive'
    description: 'Fewer than half of the accepted tasks were called back for. Nothing is lost, but videos come later and polls cost calls. Check PublicBaseUrl and what stands before the app.'
    severity: 3
    window: 'PT6H'
    query: 'customMetrics | where name == "${metrics.tasksEnded}" | summarize Ended = sum(valueSum), Called = sumif(valueSum, tostring(customDimensions["evolink.found_by"]) == "callback") | where Ended >= 10 and Called < Ended / 2.0'
  }
  {
    name: 'sweep-missing'
    title: 'The sweep does not finish'
    description: 'No sweep has finished for half an hour: jobs whose orchestration was lost are not started again. The log tells which part of it fails, or the app does not run at all.'
    severity: 1
    window: 'PT30M'
    query: 'print Finished = toscalar(traces | where toint(customDimensions.EventId) == ${events.sweepFinished} | count) | where Finished == 0'
  }
  {
    name: 'retention-missing'
    title: 'Nothing is removed by age'
    description: 'The timer RemoveOld has not finished for two hours, while the app runs. The log tells which part of it fails.'
    severity: 3
    window: 'PT3H'
    query: 'traces | summarize Finished = countif(toint(customDimensions.EventId) == ${events.removeOldFinished}), Since = min(timestamp) | where Finished == 0 and Since < ago(2h)'
  }
  {
    name: 'leftovers-missing'
    title: 'What crashes left is not looked for'
    description: 'The nightly timer ReportLeftovers has not finished for more than a day, while the app runs: prompts of requests that never became a job stay.'
    severity: 3
    window: 'P2D'
    query: 'traces | summarize Finished = countif(toint(customDimensions.EventId) == ${events.reportLeftoversFinished}), Since = min(timestamp) | where Finished == 0 and Since < ago(30h)'
  }
  {
    name: 'credits-unread'
    title: 'The credits that are left are not read'
    description: 'The timer ReadCredits has not finished, or not read anything, for three quarters of an hour, while the app runs: nothing tells when they run out.'
    severity: 3
    window: 'PT1H'
    query: 'traces | summarize Finished = countif(toint(customDimensions.EventId) == ${events.readCreditsFinished}), Unread = countif(toint(customDimensions.EventId) == ${events.creditsNotRead}), Since = min(timestamp) | where (Finished == 0 or Unread >= 3) and Since < ago(45m)'
  }
  {
    name: 'items-left-out'
    title: 'A stored record cannot be read'
    description: 'A sweep, the retention or a list met a record that it could not handle, and left it out; the others were not stopped. The log names it.'
    severity: 2
    window: 'PT1H'
    query: 'traces | where toint(customDimensions.EventId) == ${events.itemFailed}'
  }
  {
    name: 'server-errors'
    title: 'The app answers with errors of its own'
    description: 'More than 5 requests within 15 minutes failed in the app. Clients that left, and bodies that the host refused, are none of its failures.'
    severity: 2
    window: 'PT15M'
    query: 'traces | where toint(customDimensions.EventId) == ${events.functionFailed} | summarize Errors = count() | where Errors > 5'
  }
  {
    name: 'throttled'
    title: 'Evolink holds submits back'
    description: 'Submits were paused: too many requests, an empty balance, a key that is not accepted, or an outage. The log names the reason; jobs wait and nothing is lost.'
    severity: 3
    window: 'PT15M'
    query: 'traces | where toint(customDimensions.EventId) == ${events.submitsPaused}'
  }
  {
    name: 'telemetry-capped'
    title: 'No more telemetry is taken today'
    description: 'DAILY_LOG_GIGABYTES is reached. Until the next day nothing that is logged or counted is seen, and no other alert of this kind can be trusted.'
    severity: 2
    window: 'PT1H'
    query: '_LogOperation | where Category =~ "Ingestion" and Detail has "OverQuota"'
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in queries: {
  name: 'alert-${rule.name}-${token}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.title
    description: rule.description
    severity: rule.severity
    enabled: true
    // Of its cap the workspace itself keeps the log.
    scopes: [startsWith(rule.query, '_LogOperation') ? workspaceId : insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: rule.window
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: [people.id] }
  }
}]

var throttled = [
  {
    name: 'ResponseType'
    operator: 'Include'
    values: ['ServerBusyError', 'ClientThrottlingError', 'ClientAccountBandwidthThrottlingError', 'ClientAccountRequestThrottlingError']
  }
]

// The platform's own counts: they see what the app cannot. Not its 5xx: these hold clients that left, and bodies that the host refused
// before the app saw them.
var counts = [
  {
    name: 'storage-throttled'
    description: 'Storage answers that it is busy: the account of the data has met a limit.'
    scope: storageId
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Transactions'
    threshold: 100
    dimensions: throttled
  }
  {
    name: 'host-storage-throttled'
    description: 'Storage answers that it is busy: the account of the Functions host, and of Durable Functions, has met a limit.'
    scope: hostStorageId
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Transactions'
    threshold: 100
    dimensions: throttled
  }
  {
    name: 'uploads-dead-lettered'
    description: 'The app did not take the event of an upload for a day; it lies in the container deadletter.'
    scope: systemTopicId
    namespace: 'Microsoft.EventGrid/systemTopics'
    metric: 'DeadLetteredCount'
    threshold: 0
    dimensions: []
  }
  {
    name: 'events-not-published'
    description: 'Event Grid refused events of the app.'
    scope: topicId
    namespace: 'Microsoft.EventGrid/topics'
    metric: 'PublishFailCount'
    threshold: 0
    dimensions: []
  }
]

resource countRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [for count in counts: {
  name: 'alert-${count.name}-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: count.description
    severity: 2
    enabled: true
    scopes: [count.scope]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: count.name
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: count.namespace
          metricName: count.metric
          dimensions: count.dimensions
          operator: 'GreaterThan'
          threshold: count.threshold
          timeAggregation: 'Total'
        }
      ]
    }
    autoMitigate: true
    actions: [
      { actionGroupId: people.id }
    ]
  }
}]

output peopleId string = people.id
