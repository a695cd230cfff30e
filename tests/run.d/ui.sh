# The page: its sources, that the committed bundle is made of them, and the page in a real Chromium.

section_ui() {
    section ui
    debian chromium command -v chromium
    check "the page's packages install" install_page_tools
    check "the page's sources are typed" npm --prefix ui run check
    check "the bundle is what the sources give" bundle_is_fresh
    check "the lock file names no host" lock_file_names_no_host
    check "the binary with the page builds" build_server
    check "the page works in Chromium" env ATRAD_BINARY="$(realpath -m "$binary")" npm --prefix ui test
}

# esbuild's program is in its package; no script of a package is run, and no browser is fetched.
install_page_tools() {
    [[ ui/node_modules/.package-lock.json -nt ui/package-lock.json ]] || npm --prefix ui ci --silent --ignore-scripts
}

bundle_is_fresh() {
    (cd ui && node build.mjs "$work/dist")
    diff --recursive ui/dist "$work/dist" || fail "ui/dist is stale: run npm run build in ui"
}

lock_file_names_no_host() {
    ! grep -n 'resolved\|://' ui/package-lock.json | grep -v '"url": "https://\(github\|opencollective\)'
}
