#!/bin/sh
# Tells what is missing before anything is made. Runs from the folder of azure.yaml, with azd's environment.
set -eu

fail() { echo "$1" >&2; exit 1; }

command -v az > /dev/null || fail "The Azure CLI is missing; the hooks use it: https://learn.microsoft.com/cli/azure/install-azure-cli"
subscription=$(az account show --query id --output tsv 2> /dev/null) || fail "The Azure CLI is not signed in: az login"
[ "$subscription" = "${AZURE_SUBSCRIPTION_ID:-$subscription}" ] ||
  fail "The Azure CLI works on another subscription than azd: az account set --subscription $AZURE_SUBSCRIPTION_ID"
case $(dotnet --version 2> /dev/null || true) in
  1[0-9].*) ;;
  *) fail "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" ;;
esac
if [ "${PRIVATE_NETWORK:-false}" = true ]; then
  # The subnet of the app is delegated to it. Resource Manager registers by itself only the providers whose resources it makes.
  [ "$(az provider show --namespace Microsoft.App --query registrationState --output tsv)" = Registered ] ||
    fail "PRIVATE_NETWORK needs a resource provider that is not registered: az provider register --namespace Microsoft.App --wait"
  [ "${VIDEO_DELIVERY:-Sas}" = Proxy ] ||
    echo "PRIVATE_NETWORK: videos are streamed by the app (VideoDelivery Proxy), for nobody outside could follow signed links."
fi
# az prints nothing where there is no such vault yet.
if [ -z "${EVOLINK_API_KEY:-}" ]; then
  vault=${AZURE_KEY_VAULT:-}
  id=/subscriptions/$subscription/resourceGroups/${AZURE_RESOURCE_GROUP:-none}/providers/Microsoft.KeyVault/vaults/${vault:-none}/secrets/evolink-api-key
  az resource show --ids "$id" --api-version 2024-11-01 --output none 2> /dev/null ||
    echo "EVOLINK_API_KEY is not set and not in the vault: the app will run, but take no work until it is. EVOLINK_API_KEY=sk-... azd provision"
fi
