# Tells what is missing before anything is made. Runs from the folder of azure.yaml, with azd's environment.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
    throw 'The Azure CLI is missing; the hooks use it: https://learn.microsoft.com/cli/azure/install-azure-cli'
}
$subscription = az account show --query id --output tsv 2> $null
if ($LASTEXITCODE -ne 0) { throw 'The Azure CLI is not signed in: az login' }
if ($env:AZURE_SUBSCRIPTION_ID -and $env:AZURE_SUBSCRIPTION_ID -ne $subscription) {
    throw "The Azure CLI works on another subscription than azd: az account set --subscription $env:AZURE_SUBSCRIPTION_ID"
}
$sdk = if (Get-Command dotnet -ErrorAction SilentlyContinue) { dotnet --version 2> $null }
if ($sdk -notmatch '^1[0-9]\.') { throw 'The .NET 10 SDK is missing: https://dotnet.microsoft.com/download' }
if ($env:PRIVATE_NETWORK -eq 'true') {
    # The subnet of the app is delegated to it. Resource Manager registers by itself only the providers whose resources it makes.
    if ((az provider show --namespace Microsoft.App --query registrationState --output tsv) -ne 'Registered') {
        throw 'PRIVATE_NETWORK needs a resource provider that is not registered: az provider register --namespace Microsoft.App --wait'
    }
    if ($env:VIDEO_DELIVERY -ne 'Proxy') {
        Write-Host 'PRIVATE_NETWORK: videos are streamed by the app (VideoDelivery Proxy), for nobody outside could follow signed links.'
    }
}
if (-not $env:EVOLINK_API_KEY) {
    $group = if ($env:AZURE_RESOURCE_GROUP) { $env:AZURE_RESOURCE_GROUP } else { 'none' }
    $vault = if ($env:AZURE_KEY_VAULT) { $env:AZURE_KEY_VAULT } else { 'none' }
    $id = "/subscriptions/$subscription/resourceGroups/$group/providers/Microsoft.KeyVault/vaults/$vault/secrets/evolink-api-key"
    az resource show --ids $id --api-version 2024-11-01 --output none 2> $null
    if ($LASTEXITCODE -ne 0) {
        Write-Host 'EVOLINK_API_KEY is not set and not in the vault: the app will run, but take no work until it is. Set $env:EVOLINK_API_KEY, then: azd provision'
    }
}
exit 0
