# The server's sources: their tests, and by themselves what lints say.

examples=(compute own_indicator price_files sweep)

section_rust() {
    section rust
    check "tests pass" cargo test --no-fail-fast "${packages[@]}"
    check "the library and its examples compile alone" \
        cargo check --locked --package atrad --no-default-features --lib "${examples[@]/#/--example=}"
    check "the examples run" examples_run
}

section_lint() {
    section lint
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
    install_cargo_tools
    check "sources are formatted" cargo fmt --all --check
    check "clippy has nothing to say" cargo clippy "${packages[@]}" --all-targets -- -D warnings
    check "the program of mutation tests is sound" mutants_are_sound
    check "the documentation has no warnings" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --lib
    # Not the advisories: their database is in no package registry.
    check "dependencies are allowed" cargo deny --locked check --hide-inclusion-graph bans licenses sources
}

# It runs by hand (docs/mutants.md); here only whether it would.
mutants_are_sound() {
    cargo clippy --locked --package atrad-mutants --all-targets -- -D warnings &&
        cargo test --locked --package atrad-mutants
}

# As the tests have built them.
examples_run() {
    local example
    cp -r tests/data/folder-0.1.0 "$work/folder"
    for example in "${examples[@]}"; do
        target/debug/examples/"$example" "$work/folder" | tee "$work/example"
        [[ $example != price_files ]] || grep 'version 1' "$work/example"
    done
}
