# Subscribes the blob trigger to what is uploaded. The key that Event Grid needs for it exists once the app has started with its code.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$site = az functionapp show --name $env:AZURE_FUNCTION_APP --resource-group $env:AZURE_RESOURCE_GROUP --query id --output tsv
if ($LASTEXITCODE -ne 0) { throw "The app $env:AZURE_FUNCTION_APP was not found." }

function Test-Key { # asks whether the key is there, not for the key
    (az rest --method post --url "$site/host/default/listkeys?api-version=2024-11-01" --query "contains(keys(systemKeys), 'blobs_extension')" --output tsv 2> $null) -eq 'true'
}

$tries = 0
while (-not (Test-Key)) {
    if (++$tries -gt 30) { throw 'The app has not started its blob extension within five minutes. Look at its log, then: azd hooks run postdeploy' }
    try { Invoke-WebRequest "$env:SERVICE_APP_ENDPOINT_URL/healthz" -TimeoutSec 30 -SkipHttpErrorCheck | Out-Null } catch { } # wakes an app that has scaled to nothing
    Start-Sleep -Seconds 10
}

az deployment group create --resource-group $env:AZURE_RESOURCE_GROUP --name uploads --template-file infra/uploads.bicep --output none `
    --parameters appName=$env:AZURE_FUNCTION_APP systemTopicName=$env:AZURE_EVENT_GRID_SYSTEM_TOPIC storageName=$env:AZURE_STORAGE_ACCOUNT
if ($LASTEXITCODE -ne 0) { throw 'The subscription could not be made; see above, then: azd hooks run postdeploy' }
Write-Host "The app is at $env:SERVICE_APP_ENDPOINT_URL"
