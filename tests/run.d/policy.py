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


def pod_breaches(pod):
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
            found += pod_breaches(manifest["spec"]["template"]["spec"])
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
        paths = [container + (key,) for key in ("resources", "securityContext", "env", *PROBES) if key in keys]
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
