# The image, built without a registry from the binary that is here, and its binary run as the user of the image.

section_image() {
    section image
    check "the Containerfile copies what is there" copied_files_exist
    if [[ $(id -u) -ne 0 ]]; then
        echo "skipped: buildah here needs root"
        return
    fi
    debian buildah command -v buildah
    local binary=${BINARY:-target/release/atrad}
    check "the binary for the image builds" build_server
    check "the image builds and its binary runs in it" image_runs
}

# The stage that builds from source needs a base image, so it is not run here.
copied_files_exist() {
    local file
    for file in $(awk '/ AS built/ { built = 1 } /^$/ { built = 0 }
        built && $1 == "COPY" { for (i = 2; i < NF; i++) print $i }' k8s/Containerfile); do
        [[ -e $file ]] || fail "there is no $file"
    done
}

image() {
    BUILDAH_ISOLATION=chroot buildah --storage-driver vfs \
        --root "$work/containers/root" --runroot "$work/containers/run" "$@"
}

image_runs() {
    k8s/layout "$binary" "$work/image"
    image bud --quiet --ulimit nofile=10000:10000 --ulimit nproc=4096:4096 \
        --file k8s/Containerfile --tag atrad --build-arg files=local "$work/image"
    local config container
    config=$(image inspect --type image atrad | jq -c .OCIv1.config)
    echo "$config"
    jq -e '.User == "65532:65532" and .Entrypoint == ["/atrad"] and .Cmd == ["serve"]' <<<"$config"
    container=$(image from atrad)
    image run "$container" -- /atrad --version
    image run "$container" -- /atrad indicators >/dev/null
    image rm "$container"
}
