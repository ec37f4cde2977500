//! Components made from text, without a toolchain: of the contract's world, with
//! any behaviour that WebAssembly can have.
//!
//! A function of the contract traps unless it is given an answer or a body. A
//! body is WebAssembly text with
//!
//! - the imports of the world as `$fields.append`, `$fields.new`, `$fields.drop`
//!   (method, constructor, drop) and `$handle`; only those that are called are
//!   imported;
//! - the function's parameters by number, and the locals `$a` to `$d`;
//! - [`SCRATCH`], where host calls may answer into.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use serde_json::Value;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{Function, InterfaceId, Resolve, TypeDefKind, WorldId, WorldItem};

use crate::canonical::{Image, cases};

const CONNECTOR: &str = "governance:connector/connector@0.1.0";

/// Where host calls may answer into: [`Image::BASE`] and below is free.
pub(crate) const SCRATCH: usize = 64;

/// The contract's world, read once.
static CONTRACT: LazyLock<(Resolve, WorldId)> = LazyLock::new(|| {
    let mut resolve = Resolve::default();
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
    let (package, _) = resolve.push_path(contract).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    (resolve, world)
});

/// WebAssembly pages behind the image for what the host hands in.
const SPARE_PAGES: usize = 16;

/// A component in the making.
pub(crate) struct Fixture {
    resolve: Resolve,
    world: WorldId,
    image: Image,
    bodies: BTreeMap<String, String>,
    items: String,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let (resolve, world) = CONTRACT.clone();
        Self {
            image: Image::new(&resolve),
            resolve,
            world,
            bodies: BTreeMap::new(),
            items: String::new(),
        }
    }

    /// Has a function do this.
    pub(crate) fn body(mut self, function: &str, body: &str) -> Self {
        self.bodies.insert(function.to_owned(), body.to_owned());
        self
    }

    /// Has a function give this answer.
    pub(crate) fn answers(mut self, function: &str, answer: &Value) -> Self {
        let answer = self.answer(function, answer);
        self.body(function, &constant(answer))
    }

    /// Adds an item to the module, such as a table.
    pub(crate) fn item(mut self, item: &str) -> Self {
        self.items.push_str(item);
        self
    }

    /// Replaces a text in answers by bytes that are none.
    pub(crate) fn spoil(mut self, text: &str, by: &[u8]) -> Self {
        self.image.spoil(text, by);
        self
    }

    /// Puts an answer of a function into memory, and tells where.
    pub(crate) fn answer(&mut self, function: &str, answer: &Value) -> usize {
        let kind = self.function(function).result.unwrap();
        self.image.value(&self.resolve, &kind, answer)
    }

    /// Puts bytes into memory; gives their address and length as arguments.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> String {
        let at = self.image.data(bytes);
        format!("{} {}", constant(at), constant(bytes.len()))
    }

    /// How far behind the start of a function's answer a part of it lies.
    pub(crate) fn place(&self, function: &str, path: &[&str]) -> usize {
        let kind = self.function(function).result.unwrap();
        self.image.offset(&self.resolve, &kind, path)
    }

    /// How far behind the start of a function's parameters one of them lies, or
    /// a part of it, where there are so many that they are passed in memory.
    pub(crate) fn parameter(&self, function: &str, path: &[&str]) -> usize {
        let [name, rest @ ..] = path else { return 0 };
        let function = self.function(function);
        let kinds: Vec<_> = function.params.iter().map(|it| it.ty).collect();
        let position = function.params.iter().position(|it| it.name == *name);
        let position = position.unwrap();
        let part = self.image.offset(&self.resolve, &kinds[position], rest);
        self.image.record_offset(&kinds, position) + part
    }

    /// The number of a case of an enum or a variant of `wasi:http/types`.
    pub(crate) fn http_case(&self, kind: &str, case: &str) -> usize {
        let (_, types) = self.import("types");
        let kind = &self.resolve.types[self.resolve.interfaces[types].types[kind]].kind;
        let (_, cases) = cases(kind);
        cases.iter().position(|(name, _)| *name == case).unwrap()
    }

    pub(crate) fn build(self) -> Vec<u8> {
        let text = self.text();
        let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let encoding = StringEncoding::UTF8;
        embed_component_metadata(&mut module, &self.resolve, self.world, encoding).unwrap();
        let mut encoder = ComponentEncoder::default();
        encoder.module(&module).unwrap().validate(true);
        encoder.encode().unwrap()
    }

    fn function(&self, name: &str) -> &Function {
        let mut exported = self.exported();
        exported.find(|it| it.name == name).unwrap()
    }

    fn exported(&self) -> impl Iterator<Item = &Function> {
        let exports = self.resolve.worlds[self.world].exports.values();
        let functions = exports.filter_map(|item| match item {
            WorldItem::Interface { id, .. } => {
                Some(self.resolve.interfaces[*id].functions.values())
            }
            _ => None,
        });
        functions.flatten()
    }

    /// Every imported interface by its full name.
    fn imported(&self) -> impl Iterator<Item = (String, InterfaceId)> {
        let imports = self.resolve.worlds[self.world].imports.iter();
        imports.filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((self.resolve.name_world_key(key), *id)),
            _ => None,
        })
    }

    /// The interface of `wasi:http` with this name.
    fn import(&self, name: &str) -> (String, InterfaceId) {
        let prefix = format!("wasi:http/{name}@");
        self.imported()
            .find(|it| it.0.starts_with(&prefix))
            .unwrap()
    }

    fn text(&self) -> String {
        let functions: String = self.exported().map(|it| self.export_text(it)).collect();
        let code = format!("{}{functions}", self.items);
        let pages = self.image.end().div_ceil(0x1_0000) + SPARE_PAGES;
        let data: String = self
            .image
            .bytes()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "\\{byte:02x}");
                text
            });
        format!(
            "(module {imports} (memory (export \"memory\") {pages})
               (data (i32.const {base}) \"{data}\")
               (global $free (mut i32) (i32.const {free})) {REALLOC} {code})",
            imports = self.import_text(&code),
            base = Image::BASE,
            free = self.image.end(),
        )
    }

    /// The imports that code calls.
    fn import_text(&self, code: &str) -> String {
        let mut text = String::new();
        let mut import = |module: &str, name: &str, short: &str, parts: String| {
            if is_called(code, short) {
                let _ = writeln!(
                    text,
                    "(import \"{module}\" \"{name}\" (func ${short} {parts}))"
                );
            }
        };
        for (module, id) in self.imported() {
            let interface = &self.resolve.interfaces[id];
            for function in interface.functions.values() {
                let signature = self
                    .resolve
                    .wasm_signature(AbiVariant::GuestImport, function);
                import(
                    &module,
                    &function.name,
                    &short(&function.name),
                    signature_text(&signature),
                );
            }
            for (name, id) in &interface.types {
                if matches!(self.resolve.types[*id].kind, TypeDefKind::Resource) {
                    let drop = format!("[resource-drop]{name}");
                    import(
                        &module,
                        &drop,
                        &format!("{name}.drop"),
                        "(param i32)".into(),
                    );
                }
            }
        }
        text
    }

    fn export_text(&self, function: &Function) -> String {
        let signature = self
            .resolve
            .wasm_signature(AbiVariant::GuestExport, function);
        let body = self.bodies.get(&function.name);
        format!(
            "(func (export \"{CONNECTOR}#{}\") {} (local $a i32) (local $b i32) (local $c i32) (local $d i32) {})",
            function.name,
            signature_text(&signature),
            body.map_or("unreachable", String::as_str)
        )
    }
}

/// Hands out memory from the image's end on, and never takes it back.
const REALLOC: &str = "
    (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)
      (global.set $free (i32.and
        (i32.add (global.get $free) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.get $free)
      (global.set $free (i32.add (global.get $free) (local.get 3))))";

/// A constant as WebAssembly text.
pub(crate) fn constant(value: usize) -> String {
    format!("(i32.const {value})")
}

fn is_called(code: &str, function: &str) -> bool {
    let call = format!("(call ${function}");
    let mut calls = code.match_indices(&call);
    calls.any(|(at, _)| {
        let after = code[at + call.len()..].chars().next();
        after.is_some_and(|it| it.is_whitespace() || it == ')')
    })
}

/// `[method]fields.append` as `fields.append`, `[constructor]fields` as
/// `fields.new`.
fn short(name: &str) -> String {
    match name.strip_prefix("[constructor]") {
        Some(resource) => format!("{resource}.new"),
        None => name.rsplit(']').next().unwrap().to_owned(),
    }
}

fn signature_text(signature: &WasmSignature) -> String {
    let kinds = |kinds: &[WasmType]| {
        let kinds = kinds.iter().map(|kind| match kind {
            WasmType::I64 | WasmType::PointerOrI64 => " i64",
            WasmType::F32 => " f32",
            WasmType::F64 => " f64",
            WasmType::I32 | WasmType::Pointer | WasmType::Length => " i32",
        });
        kinds.collect::<String>()
    };
    format!(
        "(param{}) (result{})",
        kinds(&signature.params),
        kinds(&signature.results)
    )
}
