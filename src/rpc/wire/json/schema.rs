//! The messages, enums and methods of every service, as tables that `read` and `write` look up.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::method_options::IdempotencyLevel;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MethodDescriptorProto,
};

use crate::rpc::middleware::methods::SETS;

/// The tables.
#[derive(Debug, Default)]
pub(in crate::rpc) struct Schema {
    messages: Vec<MessageType>,
    enums: Vec<EnumType>,
    /// Messages by their full name, as in `atrad.v1.Bars`.
    names: HashMap<String, usize>,
    /// Methods by their path, as in `/atrad.v1.IndicatorService/Compute`.
    methods: HashMap<String, Method>,
}

/// A message.
#[derive(Debug)]
pub(in crate::rpc) struct MessageType {
    /// The full name.
    pub(in crate::rpc) name: String,
    pub(super) fields: Vec<Field>,
    by_name: HashMap<String, usize>,
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    /// The name in JSON: lowerCamelCase.
    pub(super) json_name: String,
    pub(super) kind: Kind,
    pub(super) is_repeated: bool,
    /// The index of its `oneof`, of which one member may be set.
    pub(super) oneof: Option<i32>,
}

/// The type of a value; messages and enums by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of protobuf")]
pub(in crate::rpc) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(usize),
    Message(usize),
}

/// An enum: its values by name and number.
#[derive(Debug)]
pub(super) struct EnumType {
    pub(super) values: Vec<(String, i32)>,
}

/// A method: its messages, and how many of each.
#[derive(Debug, Clone, Copy)]
pub(in crate::rpc) struct Method {
    /// The index of the request.
    pub(in crate::rpc) input: usize,
    /// The index of the response.
    pub(in crate::rpc) output: usize,
    /// Requests or responses are a stream.
    pub(in crate::rpc) is_stream: bool,
    /// It changes nothing, so that a GET may call it.
    pub(in crate::rpc) is_safe: bool,
}

/// The schema of this server.
pub(in crate::rpc) fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let sets = SETS.iter().map(|&set| FileDescriptorSet::decode(set).expect("descriptors are made by builds"));
        Schema::new(&sets.collect::<Vec<_>>())
    });
    &SCHEMA
}

impl Schema {
    fn new(sets: &[FileDescriptorSet]) -> Self {
        let mut names = Names::default();
        let files = || sets.iter().flat_map(|set| &set.file);
        for file in files() {
            file.message_type.iter().for_each(|message| names.add_message(file.package(), message));
            file.enum_type.iter().for_each(|of| names.add_enum(file.package(), of));
        }
        let messages = names.messages.iter().map(|(name, message)| MessageType::new(name, message, &names)).collect();
        let enums = names.enums.iter().map(|&of| EnumType::new(of)).collect();
        let mut methods = HashMap::new();
        for file in files() {
            for service in &file.service {
                let path = |method: &str| format!("/{}.{}/{method}", file.package(), service.name());
                methods.extend(service.method.iter().map(|one| (path(one.name()), Method::new(one, &names))));
            }
        }
        let by_name = names.messages.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
        Self { messages, enums, names: by_name, methods }
    }

    /// The method of a path.
    pub(in crate::rpc) fn method(&self, path: &str) -> Option<Method> {
        self.methods.get(path).copied()
    }

    /// The message of a full name.
    pub(in crate::rpc) fn index(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    pub(in crate::rpc) fn message(&self, index: usize) -> &MessageType {
        &self.messages[index]
    }

    pub(super) fn values(&self, index: usize) -> &[(String, i32)] {
        &self.enums[index].values
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> &[MessageType] {
        &self.messages
    }
}

impl MessageType {
    fn new(name: &str, message: &DescriptorProto, names: &Names<'_>) -> Self {
        let fields: Vec<_> = message.field.iter().map(|field| Field::new(field, names)).collect();
        let mut by_name = HashMap::new();
        for (at, field) in message.field.iter().enumerate() {
            // ProtoJSON reads both names and writes the first.
            by_name.insert(fields[at].json_name.clone(), at);
            by_name.insert(field.name().to_owned(), at);
        }
        Self { name: name.to_owned(), fields, by_name }
    }

    /// The field of a number. Messages have few fields.
    pub(super) fn numbered(&self, number: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    pub(super) fn named(&self, name: &str) -> Option<&Field> {
        self.by_name.get(name).map(|&at| &self.fields[at])
    }

    /// The message is `google.protobuf.Duration`, the only one here that ProtoJSON writes in a form of its own.
    pub(super) fn is_duration(&self) -> bool {
        self.name == "google.protobuf.Duration"
    }
}

impl Field {
    fn new(field: &FieldDescriptorProto, names: &Names<'_>) -> Self {
        // An optional field is a `oneof` of its own.
        let oneof = field.oneof_index.filter(|_| !field.proto3_optional());
        Self {
            number: field.number().cast_unsigned(),
            json_name: field.json_name.clone().unwrap_or_else(|| camel(field.name())),
            kind: kind(field, names),
            is_repeated: field.label() == Label::Repeated,
            oneof,
        }
    }
}

impl EnumType {
    fn new(of: &EnumDescriptorProto) -> Self {
        Self { values: of.value.iter().map(|value| (value.name().to_owned(), value.number())).collect() }
    }
}

impl Method {
    fn new(method: &MethodDescriptorProto, names: &Names<'_>) -> Self {
        let level = method.options.as_ref().map(|options| options.idempotency_level());
        Self {
            input: names.message(method.input_type()),
            output: names.message(method.output_type()),
            is_stream: method.client_streaming() || method.server_streaming(),
            is_safe: level == Some(IdempotencyLevel::NoSideEffects),
        }
    }
}

/// Where each message and enum stands.
#[derive(Default)]
struct Names<'a> {
    messages: Vec<(String, &'a DescriptorProto)>,
    enums: Vec<&'a EnumDescriptorProto>,
    /// By full names with a leading dot, as descriptors write them.
    indexes: HashMap<String, usize>,
}

impl<'a> Names<'a> {
    fn add_message(&mut self, scope: &str, message: &'a DescriptorProto) {
        let name = format!("{scope}.{}", message.name());
        self.indexes.insert(format!(".{name}"), self.messages.len());
        self.messages.push((name.clone(), message));
        message.nested_type.iter().for_each(|nested| self.add_message(&name, nested));
        message.enum_type.iter().for_each(|of| self.add_enum(&name, of));
    }

    fn add_enum(&mut self, scope: &str, of: &'a EnumDescriptorProto) {
        self.indexes.insert(format!(".{scope}.{}", of.name()), self.enums.len());
        self.enums.push(of);
    }

    fn message(&self, name: &str) -> usize {
        *self.indexes.get(name).expect("each set of files comes with what it imports")
    }
}

fn kind(field: &FieldDescriptorProto, names: &Names<'_>) -> Kind {
    match field.r#type() {
        Type::Double => Kind::Double,
        Type::Float => Kind::Float,
        Type::Int32 => Kind::Int32,
        Type::Int64 => Kind::Int64,
        Type::Uint32 => Kind::Uint32,
        Type::Uint64 => Kind::Uint64,
        Type::Sint32 => Kind::Sint32,
        Type::Sint64 => Kind::Sint64,
        Type::Fixed32 => Kind::Fixed32,
        Type::Fixed64 => Kind::Fixed64,
        Type::Sfixed32 => Kind::Sfixed32,
        Type::Sfixed64 => Kind::Sfixed64,
        Type::Bool => Kind::Bool,
        Type::String => Kind::String,
        Type::Bytes => Kind::Bytes,
        Type::Enum => Kind::Enum(names.message(field.type_name())),
        Type::Message | Type::Group => Kind::Message(names.message(field.type_name())),
    }
}

/// `symbol_prefix` as `symbolPrefix`.
fn camel(name: &str) -> String {
    let mut upper = false;
    let letter = |c: char| match c {
        '_' => {
            upper = true;
            None
        }
        c if std::mem::take(&mut upper) => Some(c.to_ascii_uppercase()),
        c => Some(c),
    };
    name.chars().filter_map(letter).collect()
}
