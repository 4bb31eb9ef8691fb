//! JSON with two spaces a level, as `JSON.stringify(value, null, 2)` writes it, or on one line, as `JSON.stringify(value)`.
//!
//! What no answer holds (bytes, tuples, variants with values) has no form here.
//! Thousands of profiles are written by the field: a field costs a few copies here and no machinery.

use std::fmt::Error;

use serde::Serialize;
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// What stands between two values, for the first levels.
const BETWEEN: &[u8] = b",\n                                ";

/// The text so far.
#[derive(Default)]
pub(super) struct Json {
    bytes: Vec<u8>,
    depth: usize,
    /// Whether all stands on one line, without a blank.
    compact: bool,
}

type Done = Result<(), Error>;

impl Json {
    /// No text yet, of a value on one line.
    pub(super) fn compact() -> Self {
        Json {
            compact: true,
            ..Json::default()
        }
    }

    /// The text, with a newline at its end where it is not compact.
    pub(super) fn finish(mut self) -> String {
        self.line(1);
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    /// Whether an array or object has just been opened: no value ends in an opening bracket.
    fn is_open(&self) -> bool {
        matches!(self.bytes.last(), Some(b'[' | b'{'))
    }

    /// Goes to the next line of the array or object, after a comma unless it is the first.
    fn next(&mut self) {
        self.line(usize::from(self.is_open()));
    }

    /// What stands between two values, from the comma (0) or from the line's end (1) on.
    fn line(&mut self, from: usize) {
        let width = if self.compact { 1 } else { 2 + 2 * self.depth };
        let between = BETWEEN.get(from..width);
        self.bytes
            .extend_from_slice(between.unwrap_or(&BETWEEN[from..]));
        for _ in BETWEEN.len()..width {
            self.bytes.push(b' ');
        }
    }

    fn open(&mut self, mark: u8) {
        self.depth += 1;
        self.bytes.push(mark);
    }

    #[expect(clippy::unnecessary_wraps, reason = "each caller ends with it")]
    fn close(&mut self, mark: u8) -> Done {
        self.depth -= 1;
        if !self.is_open() {
            self.line(1);
        }
        self.bytes.push(mark);
        Ok(())
    }

    /// The name of a struct's field, which needs no escaping.
    fn field(&mut self, name: &str) {
        self.next();
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(b'"');
        self.colon();
    }

    fn colon(&mut self) {
        let colon = if self.compact { ":" } else { ": " };
        self.bytes.extend_from_slice(colon.as_bytes());
    }

    #[expect(clippy::unnecessary_wraps, reason = "each caller ends with it")]
    fn plain(&mut self, text: &str) -> Done {
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Serializer for &mut Json {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_bool(self, value: bool) -> Done {
        self.plain(if value { "true" } else { "false" })
    }

    fn serialize_i8(self, value: i8) -> Done {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i16(self, value: i16) -> Done {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i32(self, value: i32) -> Done {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i64(self, value: i64) -> Done {
        self.plain(&value.to_string())
    }

    fn serialize_u8(self, value: u8) -> Done {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u16(self, value: u16) -> Done {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u32(self, value: u32) -> Done {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u64(self, value: u64) -> Done {
        self.plain(&value.to_string())
    }

    fn serialize_f32(self, value: f32) -> Done {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Done {
        match serde_json::Number::from_f64(value) {
            Some(number) => self.plain(&number.to_string()),
            None => self.serialize_unit(),
        }
    }

    fn serialize_char(self, value: char) -> Done {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        let special = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'\\');
        self.bytes.push(b'"');
        let mut rest = value.as_bytes();
        while let Some(at) = rest.iter().position(|byte| special(*byte)) {
            let (before, from) = rest.split_at(at);
            self.bytes.extend_from_slice(before);
            if let [byte, after @ ..] = from {
                let short = match byte {
                    b'\n' => b'n',
                    b'\t' => b't',
                    b'\r' => b'r',
                    8 => b'b',
                    12 => b'f',
                    other => *other,
                };
                if short < b' ' {
                    self.plain(&format!("\\u{short:04x}"))?;
                } else {
                    self.bytes.extend_from_slice(&[b'\\', short]);
                }
                rest = after;
            }
        }
        self.bytes.extend_from_slice(rest);
        self.bytes.push(b'"');
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        Err(Error)
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.plain("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Done {
        Err(Error)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Error> {
        self.open(b'[');
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Err(Error)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        Err(Error)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(Error)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Error> {
        self.open(b'{');
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(Error)
    }
}

impl SerializeSeq for &mut Json {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
        self.next();
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        self.close(b']')
    }
}

impl SerializeMap for &mut Json {
    type Ok = ();
    type Error = Error;

    /// Keys are strings: those of our structs and of [`serde_json::Map`].
    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Done {
        self.next();
        key.serialize(&mut **self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
        self.colon();
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        self.close(b'}')
    }
}

impl SerializeStruct for &mut Json {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Done {
        self.field(name);
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        self.close(b'}')
    }
}
