//! Turns `proto/` into Rust, without protoc: messages and services for the `rpc` floor and the descriptors for reflection.

#[cfg(not(feature = "server"))]
fn main() {}

#[cfg(feature = "server")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use prost::Message;

    let files = ["series", "ingest", "indicator", "saved_result", "alert", "admin", "board", "cache", "clock"];
    let files = files.map(|name| format!("proto/atrad/v1/{name}.proto"));
    let descriptors = protox::compile(&files, ["proto"])?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("atrad.v1.bin"), descriptors.encode_to_vec())?;

    let mut config = prost_build::Config::new();
    // The messages that carry columns are written by hand, so that columns stay the bytes they are on the wire.
    config.extern_path(".atrad.v1.Bars", "crate::rpc::wire::Bars");
    config.extern_path(".atrad.v1.ExtraColumn", "crate::rpc::wire::Column");
    config.extern_path(".atrad.v1.Column", "crate::rpc::wire::Column");
    config.extern_path(".atrad.v1.ComputeResponse", "crate::rpc::wire::ComputeResponse");
    config.bytes(["."]);
    let build = tonic_prost_build::configure().codec_path("crate::rpc::middleware::codec::PresizedCodec");
    build.compile_fds_with_config(descriptors, config)?;
    println!("cargo::rerun-if-changed=proto");
    Ok(())
}
