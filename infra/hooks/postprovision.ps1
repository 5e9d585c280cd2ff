# Makes the keys that are not in the vault yet: random, once, and kept from then on. It goes through Resource Manager, which asks only for rights on the
# resource group and also reaches a vault with a closed network; no key is ever read back.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$vault = az keyvault show --name $env:AZURE_KEY_VAULT --resource-group $env:AZURE_RESOURCE_GROUP --query id --output tsv
if ($LASTEXITCODE -ne 0) { throw "The vault $env:AZURE_KEY_VAULT was not found." }
$site = az functionapp show --name $env:AZURE_FUNCTION_APP --resource-group $env:AZURE_RESOURCE_GROUP --query id --output tsv
if ($LASTEXITCODE -ne 0) { throw "The app $env:AZURE_FUNCTION_APP was not found." }
$body = New-TemporaryFile # others could read the arguments of a process

try {
    foreach ($name in $env:EVOLINK_GENERATED_SECRETS -split ' ' | Where-Object { $_ }) {
        $secret = "$vault/secrets/${name}?api-version=2024-11-01"
        $answer = az rest --method get --url $secret --query name --output tsv 2>&1
        if ($LASTEXITCODE -eq 0) { continue }
        if ("$answer" -notmatch 'NotFound') { throw "Whether the vault has $name could not be found out, so nothing is written over it: $answer" }
        $prefix = if ($name -like 'webhook-*') { 'whsec_' } else { '' }
        $value = $prefix + [Convert]::ToBase64String([Security.Cryptography.RandomNumberGenerator]::GetBytes(32))
        Set-Content -Path $body -NoNewline -Value (@{ properties = @{ value = $value } } | ConvertTo-Json -Compress)
        az rest --method put --url $secret --body "@$body" --output none
        if ($LASTEXITCODE -ne 0) { throw "$name could not be written." }
        Write-Host "Made in the vault ${env:AZURE_KEY_VAULT}: $name"
    }
}
finally {
    Remove-Item $body
}

az rest --method post --url "$site/config/configreferences/appsettings/refresh?api-version=2022-03-01" --output none
if ($LASTEXITCODE -ne 0) { Write-Warning 'The app could not be told of its keys; it sees them when it starts anew, or within a day.' }
exit 0
