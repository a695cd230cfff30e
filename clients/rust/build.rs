//! Turns `proto/` into messages and stubs, and `columns.proto` into messages whose columns are bytes, without protoc.

use std::path::Path;

const FILES: [&str; 9] = ["series", "ingest", "indicator", "saved_result", "alert", "admin", "board", "cache", "clock"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (protos, clients) = (root.join("proto"), root.join("clients"));
    let mut files = FILES.map(|name| protos.join(format!("atrad/v1/{name}.proto"))).to_vec();
    files.push(clients.join("columns.proto"));
    let mut config = prost_build::Config::new();
    config.bytes(["."]);
    tonic_prost_build::configure().compile_fds_with_config(protox::compile(&files, [&protos, &clients])?, config)?;
    println!("cargo::rerun-if-changed={}", protos.display());
    println!("cargo::rerun-if-changed={}", clients.join("columns.proto").display());
    Ok(())
}
