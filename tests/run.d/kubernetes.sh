# The Kubernetes manifests, rendered and validated without a cluster.

section_kubernetes() {
    section kubernetes
    check "manifests render" render_manifests
    local version
    for version in 1.33 1.35 1.37; do
        check "manifests are valid for Kubernetes $version" \
            kubernetes-validate --strict --quiet --kubernetes-version "$version.0" "$work/manifests.yaml"
    done
    check "a wrong manifest is refused" refuses_a_wrong_manifest
    check "manifests keep the policy" "$python" tests/run.d/policy.py "$work/manifests.yaml"
    check "manifests with TLS are valid and keep the policy" tls_manifests_are_valid
    check "the policy for webhooks is valid" webhook_policy_is_valid
}

tls_manifests_are_valid() {
    kubectl kustomize k8s/tls >"$work/tls.yaml"
    kubernetes-validate --strict --quiet --kubernetes-version 1.37.0 "$work/tls.yaml"
    "$python" tests/run.d/policy.py "$work/tls.yaml"
}

webhook_policy_is_valid() {
    kubectl kustomize k8s/webhooks >"$work/webhooks.yaml"
    kubernetes-validate --strict --quiet --kubernetes-version 1.37.0 "$work/webhooks.yaml"
}

render_manifests() {
    kubectl kustomize k8s/base >"$work/manifests.yaml"
}

# The validator and the policy must be able to fail.
refuses_a_wrong_manifest() {
    sed 's/readOnlyRootFilesystem/readOnlyRootFiles/' "$work/manifests.yaml" >"$work/wrong.yaml"
    ! kubernetes-validate --strict --quiet --kubernetes-version 1.37.0 "$work/wrong.yaml" ||
        fail "an unknown field was accepted"
    "$python" tests/run.d/policy.py --self-test "$work/manifests.yaml"
}
