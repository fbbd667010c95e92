"""Reads services.json ({"name": port}), prints a list of Services. The parameter `labels` (a map) goes on each."""

import json
import os
import sys

parameters = {one["name"]: one for one in json.loads(os.environ["ARGOCD_APP_PARAMETERS"])}
labels = parameters.get("labels", {}).get("map", {})

with open("services.json", encoding="utf-8") as file:
    services = json.load(file)

for name, port in services.items():
    if not isinstance(port, int):
        sys.exit(f"services.json: the port of {name} is no number")
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": {"app": os.environ["ARGOCD_APP_NAME"], **labels}},
        "spec": {"selector": {"app": name}, "ports": [{"port": port}]},
    }
    print("---")
    print(json.dumps(service))
