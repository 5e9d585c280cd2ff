#!/bin/sh
# Makes the keys that are not in the vault yet: random, once, and kept from then on. It goes through Resource Manager, which asks only for rights on the
# resource group and also reaches a vault with a closed network; no key is ever read back.
set -eu

vault=$(az keyvault show --name "$AZURE_KEY_VAULT" --resource-group "$AZURE_RESOURCE_GROUP" --query id --output tsv)
site=$(az functionapp show --name "$AZURE_FUNCTION_APP" --resource-group "$AZURE_RESOURCE_GROUP" --query id --output tsv)
body=$(umask 077 && mktemp) # others could read the arguments of a process
trap 'rm -f "$body"' EXIT

for name in $EVOLINK_GENERATED_SECRETS; do
  secret="$vault/secrets/$name?api-version=2024-11-01"
  if answer=$(az rest --method get --url "$secret" --query name --output tsv 2>&1); then continue; fi
  case $answer in
    *NotFound*) ;;
    *) echo "Whether the vault has $name could not be found out, so nothing is written over it: $answer" >&2; exit 1 ;;
  esac
  case $name in webhook-*) prefix=whsec_ ;; *) prefix= ;; esac
  printf '{"properties":{"value":"%s%s"}}' "$prefix" "$(head -c 32 /dev/urandom | base64 | tr -d '\n')" > "$body"
  az rest --method put --url "$secret" --body "@$body" --output none
  echo "Made in the vault $AZURE_KEY_VAULT: $name"
done

az rest --method post --url "$site/config/configreferences/appsettings/refresh?api-version=2022-03-01" --output none ||
  echo "The app could not be told of its keys; it sees them when it starts anew, or within a day." >&2
