#!/bin/sh
# Subscribes the blob trigger to what is uploaded. The key that Event Grid needs for it exists once the app has started with its code.
set -eu

site=$(az functionapp show --name "$AZURE_FUNCTION_APP" --resource-group "$AZURE_RESOURCE_GROUP" --query id --output tsv)
has_key() { # asks whether the key is there, not for the key
  az rest --method post --url "$site/host/default/listkeys?api-version=2024-11-01" --query "contains(keys(systemKeys), 'blobs_extension')" --output tsv 2> /dev/null
}

tries=0
until [ "$(has_key)" = true ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 30 ]; then
    echo "The app has not started its blob extension within five minutes. Look at its log, then: azd hooks run postdeploy" >&2
    exit 1
  fi
  curl --silent --output /dev/null --max-time 30 "$SERVICE_APP_ENDPOINT_URL/healthz" || true # wakes an app that has scaled to nothing
  sleep 10
done

az deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name uploads --template-file infra/uploads.bicep --output none \
  --parameters appName="$AZURE_FUNCTION_APP" systemTopicName="$AZURE_EVENT_GRID_SYSTEM_TOPIC" storageName="$AZURE_STORAGE_ACCOUNT"
echo "The app is at $SERVICE_APP_ENDPOINT_URL"
