"""What every workload of k8s must have, checked on the rendered manifests: limits, probes, no rights, and names that meet.

`policy.py FILE` prints each breach and fails if there is one. `policy.py --self-test FILE` breaks the manifests in each
way that a rule is about, and fails if a rule does not notice.
"""

import copy
import sys

import yaml

WORKLOADS = ("Deployment", "StatefulSet")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
# Without this file the server would not start, as it listens on all addresses.
TOKENS = "ATRAD_TOKENS"
# Variables of atrad that bound memory, with the bytes of one unit.
BUDGETS = {
    "ATRAD_RESPONSE_BYTES_MAX": 1,
    "ATRAD_REQUEST_BYTES_MAX": 1,
    "ATRAD_WATCH_STATE_BYTES_MAX": 1,
    "ATRAD_CACHE_BYTES": 1,
    "ATRAD_RESAMPLED_BYTES_MAX": 1,
    "ATRAD_CHECKPOINT_BYTES_MAX": 1,
    "ATRAD_INGEST_QUEUE_ROWS_MAX": 50,
}
UNITS = {"Mi": 1 << 20, "Gi": 1 << 30}


def workloads(manifests):
    return [each for each in manifests if each["kind"] in WORKLOADS]


def selects(selector, manifest):
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    return selector.items() <= labels.items()


def container_breaches(container):
    for kind in ("requests", "limits"):
        for resource in ("cpu", "memory"):
            if resource not in container.get("resources", {}).get(kind, {}):
                yield f"no {resource} in its {kind}"
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "may write to its root file system"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "keeps capabilities"
    for probe in PROBES:
        if probe not in container:
            yield f"has no {probe}"
    yield from secret_breaches(container)
    if ":" not in container["image"] or container["image"].endswith(":latest"):
        yield f"image {container['image']} has no version"


def secret_breaches(container):
    secrets = {each["name"]: each.get("valueFrom", {}).get("secretKeyRef") for each in container.get("env") or []}
    for name, secret in secrets.items():
        if any(word in name for word in ("TOKEN", "SECRET", "PASSWORD")) and not secret and name != TOKENS:
            yield f"spells {name} out"


def tokens_breaches(container, pod):
    """The file of tokens is in a Secret that must be there."""
    files = [each.get("value", "") for each in container.get("env") or [] if each["name"] == TOKENS]
    folders = {each["mountPath"]: each["name"] for each in container.get("volumeMounts") or []}
    secrets = {each["name"]: each.get("secret") for each in pod.get("volumes") or []}
    secret = secrets.get(folders.get(files[0].rpartition("/")[0])) if files else None
    if not secret or secret.get("optional"):
        yield f"may start without {TOKENS}"


def budget_breaches(container, manifests):
    """What may fill memory takes at most three quarters of it, with an eighth for the page cache of SQLite."""
    names = [each.get("configMapRef", {}).get("name") for each in container.get("envFrom") or []]
    maps = [each["data"] for each in manifests if each["kind"] == "ConfigMap" and each["metadata"]["name"] in names]
    variables = {name: value for data in maps for name, value in data.items()}
    missing = [name for name in BUDGETS if name not in variables]
    if missing:
        yield f"leaves {', '.join(missing)} to the default"
        return
    limit = container.get("resources", {}).get("limits", {}).get("memory", "0Mi")
    memory = int(limit[:-2]) * UNITS[limit[-2:]]
    needed = memory // 8 + sum(int(variables[name]) * size for name, size in BUDGETS.items())
    if needed > memory * 3 // 4:
        yield f"may fill {needed} bytes of {memory}"


def pod_breaches(pod, manifests):
    security = pod.get("securityContext", {})
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        yield "may run as root"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "has no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "holds a token of the cluster"
    for container in pod["containers"] + pod.get("initContainers", []):
        for breach in container_breaches(container):
            yield f"container {container['name']} {breach}"
        if container["name"] == "atrad":
            yield from tokens_breaches(container, pod)
            yield from budget_breaches(container, manifests)


def service_breaches(service, manifests):
    targets = [each for each in workloads(manifests) if selects(service["spec"]["selector"], each)]
    if len(targets) != 1:
        yield f"selects {len(targets)} workloads"
    for target in targets:
        containers = target["spec"]["template"]["spec"]["containers"]
        names = {port["name"] for container in containers for port in container["ports"]}
        for port in service["spec"]["ports"]:
            if port["targetPort"] not in names:
                yield f"targets port {port['targetPort']}, there are {sorted(names)}"


def breaches(manifests):
    policies = [each["spec"]["podSelector"]["matchLabels"] for each in manifests if each["kind"] == "NetworkPolicy"]
    for manifest in manifests:
        found = []
        if manifest["kind"] in WORKLOADS:
            found += pod_breaches(manifest["spec"]["template"]["spec"], manifests)
            if not any(selects(policy, manifest) for policy in policies):
                found.append("is in no network policy")
        elif manifest["kind"] == "Service":
            found += service_breaches(manifest, manifests)
        elif manifest["kind"] == "PodDisruptionBudget":
            labels = manifest["spec"]["selector"]["matchLabels"]
            if not any(selects(labels, each) for each in workloads(manifests)):
                found.append("selects no workload")
        yield from (f"{manifest['kind']} {manifest['metadata']['name']}: {breach}" for breach in found)


def spoilers(manifests):
    """Functions that each break one thing in one workload."""
    for index, manifest in enumerate(manifests):
        if manifest["kind"] not in WORKLOADS:
            continue
        container = ("spec", "template", "spec", "containers", 0)
        keys = manifest["spec"]["template"]["spec"]["containers"][0]
        paths = [container + (key,) for key in ("resources", "securityContext", "env", "envFrom", *PROBES) if key in keys]
        paths += [container + (key,) for key in ("volumeMounts",) if any(each["name"] == "tokens" for each in keys.get(key, []))]
        paths += [("spec", "template", "spec", "securityContext"), ("spec", "template", "metadata", "labels")]
        yield from ((index, path) for path in paths)


def unnoticed(manifests):
    for index, path in spoilers(manifests):
        spoilt = copy.deepcopy(manifests)
        parent = spoilt[index]
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = {}
        if path[-1] in PROBES:
            del parent[path[-1]]
        if not list(breaches(spoilt)):
            yield f"nobody misses {'.'.join(map(str, path))} of {spoilt[index]['metadata']['name']}"


def main():
    manifests = [each for each in yaml.safe_load_all(open(sys.argv[-1], encoding="utf-8")) if each]
    found = list(unnoticed(manifests) if "--self-test" in sys.argv else breaches(manifests))
    print("\n".join(found) or f"{len(manifests)} manifests keep the policy")
    sys.exit(1 if found or len(workloads(manifests)) < 2 else 0)


if __name__ == "__main__":
    main()
