// One page in the portal: what came in, what became of it, what it cost in time.
param environmentName string
param location string
param tags object
param insightsId string

var events = loadJsonContent('telemetry.json').events
var metrics = loadJsonContent('telemetry.json').metrics

var charts = [
  {
    title: 'Generations accepted, completed, failed, cancelled'
    view: 'timechart'
    query: 'traces | extend Id = toint(customDimensions.EventId) | where Id in (${events.jobAccepted}, ${events.jobEnded}) | extend What = iff(Id == ${events.jobAccepted}, "Accepted", tostring(customDimensions.State)) | summarize count() by What, bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'Why generations failed'
    view: 'table'
    query: 'traces | where toint(customDimensions.EventId) == ${events.jobEnded} and customDimensions.State == "Failed" | summarize Jobs = count(), Last = max(timestamp) by Code = tostring(customDimensions.Code) | order by Jobs desc'
  }
  {
    title: 'From acceptance to the end, minutes'
    view: 'timechart'
    query: 'let Started = traces | where toint(customDimensions.EventId) == ${events.jobAccepted} | project Job = tostring(customDimensions.JobId), Start = timestamp; traces | where toint(customDimensions.EventId) == ${events.jobEnded} | project Job = tostring(customDimensions.JobId), timestamp | join kind=inner Started on Job | extend Minutes = (timestamp - Start) / 1m | summarize percentiles(Minutes, 50, 95) by bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'Submits that Evolink did not take'
    view: 'table'
    query: 'traces | where toint(customDimensions.EventId) == ${events.submitRefused} | summarize Submits = count(), Last = max(timestamp) by Outcome = tostring(customDimensions.Outcome), Code = tostring(customDimensions.Code) | order by Submits desc'
  }
  {
    title: 'Callbacks and accepted tasks'
    view: 'timechart'
    query: 'union (traces | where toint(customDimensions.EventId) == ${events.submitAccepted} | project timestamp, What = "Tasks accepted", Count = 1.0), (customMetrics | where name == "${metrics.callbacks}" | project timestamp, What = strcat("Callbacks: ", tostring(customDimensions["evolink.result"])), Count = valueSum) | summarize sum(Count) by What, bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'Saving: videos stored, tries that failed'
    view: 'timechart'
    query: 'traces | extend Id = toint(customDimensions.EventId) | where Id in (${events.videoSaved}, ${events.videoNotSaved}) | summarize count() by What = iff(Id == ${events.videoSaved}, "Saved", strcat("Not saved: ", tostring(customDimensions.Failure))), bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'Credits in a day, by client'
    view: 'table'
    query: 'customMetrics | where name in ("${metrics.creditsReserved}", "${metrics.creditsUsed}", "${metrics.creditsReturned}") | summarize Credits = sum(valueSum) by Day = bin(timestamp, 1d), Client = tostring(customDimensions["evolink.client"]), What = case(name == "${metrics.creditsUsed}", "charged", name == "${metrics.creditsReturned}", "returned", "reserved") | order by Day desc, Credits desc'
  }
  {
    title: 'Mean time in each phase, seconds'
    view: 'timechart'
    query: 'customMetrics | where name == "${metrics.phases}" | summarize Seconds = sum(valueSum) / sum(valueCount) by Phase = tostring(customDimensions["evolink.phase"]), bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'What finds the end of tasks: callbacks or polls'
    view: 'timechart'
    query: 'customMetrics | where name == "${metrics.tasksEnded}" | summarize Tasks = sum(valueSum) by FoundBy = tostring(customDimensions["evolink.found_by"]), bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'Mean speed of copies, MB/s'
    view: 'timechart'
    query: 'customMetrics | where name == "${metrics.copyRate}" | summarize MBps = sum(valueSum) / sum(valueCount) / 1e6 by bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'Jobs that are not over, and minutes since the oldest began'
    view: 'timechart'
    query: 'customMetrics | where name in ("${metrics.activeJobs}", "${metrics.oldestJob}") | summarize Value = max(iff(name == "${metrics.oldestJob}", valueMax / 60, valueMax)) by What = iff(name == "${metrics.oldestJob}", "Minutes", "Jobs"), bin(timestamp, {TimeRange:grain})'
  }
  {
    title: 'To be looked at'
    view: 'table'
    query: 'traces | where toint(customDimensions.EventId) in (${events.outcomeUnknown}, ${events.nearExpiry}, ${events.submitsPaused}, ${events.taskNotRead}, ${events.functionFailed}) | project timestamp, severityLevel, message, operation_Id | order by timestamp desc | take 200'
  }
  {
    title: 'What jobs began to wait for'
    view: 'timechart'
    query: 'customMetrics | where name == "${metrics.waits}" | summarize Jobs = sum(valueSum) by What = tostring(customDimensions["evolink.waiting_for"]), bin(timestamp, {TimeRange:grain})'
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'generations')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Evolink generations (${environmentName})'
    category: 'workbook'
    sourceId: insightsId
    version: '1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat(
        [
          {
            type: 9
            name: 'time'
            content: {
              version: 'KqlParameterItem/1.0'
              parameters: [
                {
                  id: guid(insightsId, 'time')
                  version: 'KqlParameterItem/1.0'
                  name: 'TimeRange'
                  label: 'Time'
                  type: 4
                  isRequired: true
                  value: { durationMs: 86400000 }
                  typeSettings: {
                    selectableValues: [
                      { durationMs: 3600000 }
                      { durationMs: 86400000 }
                      { durationMs: 604800000 }
                      { durationMs: 2592000000 }
                    ]
                  }
                }
              ]
              style: 'pills'
              queryType: 0
              resourceType: 'microsoft.insights/components'
            }
          }
        ],
        map(charts, chart => {
          type: 3
          name: chart.title
          content: {
            version: 'KqlItem/1.0'
            title: chart.title
            query: chart.query
            size: 0
            timeContextFromParameter: 'TimeRange'
            queryType: 0
            resourceType: 'microsoft.insights/components'
            visualization: chart.view
          }
        })
      )
    })
  }
}
