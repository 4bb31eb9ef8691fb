//! The keyboard, key by key. The terminal is as it was when a [`Keys`] goes, whatever ends the question.

use super::Key;

#[cfg(unix)]
pub(super) use unix::Keys;

#[cfg(not(unix))]
pub(super) use elsewhere::Keys;

/// One key of a stream of bytes. `next` waits for a byte when it is told to, else only as long as the rest of one key
/// takes to come; `None` is the end of the input, or no further byte.
#[cfg_attr(
    not(any(unix, test)),
    expect(dead_code, reason = "lines are read there")
)]
fn decode(next: &mut dyn FnMut(bool) -> Option<u8>) -> Key {
    let Some(first) = next(true) else {
        return Key::Stop;
    };
    match first {
        3 | 4 => Key::Stop,
        b'\r' | b'\n' => Key::Enter,
        8 | 127 => Key::Backspace,
        14 => Key::Down,
        16 => Key::Up,
        21 => Key::Erase,
        0x1b => match next(false) {
            None => Key::Escape,
            Some(b'[' | b'O') => sequence(next),
            Some(_) => Key::Other,
        },
        0..=31 => Key::Other,
        32..=126 => Key::Char(char::from(first)),
        _ => {
            // The rest of a character beyond ASCII.
            let mut bytes = vec![first];
            while bytes.len() < 4 && std::str::from_utf8(&bytes).is_err() {
                match next(false) {
                    Some(byte) => bytes.push(byte),
                    None => break,
                }
            }
            let text = std::str::from_utf8(&bytes).unwrap_or_default();
            text.chars().next().map_or(Key::Other, Key::Char)
        }
    }
}

/// The rest of a control sequence: a number, perhaps with modifiers, and the byte that ends it.
fn sequence(next: &mut dyn FnMut(bool) -> Option<u8>) -> Key {
    let mut number = 0;
    while let Some(byte) = next(false) {
        return match byte {
            b'0'..=b'9' if number == 0 => {
                number = byte;
                continue;
            }
            b'0'..=b'9' | b';' => continue,
            b'A' => Key::Up,
            b'B' => Key::Down,
            b'H' => Key::Home,
            b'F' => Key::End,
            b'~' => match number {
                b'1' | b'7' => Key::Home,
                b'4' | b'8' => Key::End,
                b'5' => Key::PageUp,
                b'6' => Key::PageDown,
                _ => Key::Other,
            },
            _ => Key::Other,
        };
    }
    Key::Other
}

#[cfg(unix)]
mod unix {
    use std::mem::MaybeUninit;

    use super::{Key, decode};

    /// How long the bytes of one key may be apart, in milliseconds; a lone Escape is known after it.
    const KEY_MILLISECONDS: i32 = 50;

    /// How often is looked for a signal while nobody types, in milliseconds.
    const LOOK_MILLISECONDS: i32 = 200;

    /// The signals that would end us.
    const ENDING: [i32; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

    /// A terminal that hands over each key at once and shows none.
    ///
    /// Those signals wait meanwhile: they act when the terminal is as it was.
    pub(in crate::prompt) struct Keys {
        stdin: i32,
        terminal: libc::termios,
        signals: libc::sigset_t,
    }

    impl Keys {
        /// `None` where stdin is no terminal that can be told to.
        #[expect(unsafe_code, reason = "std does not set terminals or signal masks")]
        pub(in crate::prompt) fn open() -> Option<Self> {
            let stdin = libc::STDIN_FILENO;
            let mut terminal = MaybeUninit::<libc::termios>::zeroed();
            let mut held = MaybeUninit::<libc::sigset_t>::zeroed();
            let mut signals = MaybeUninit::<libc::sigset_t>::zeroed();
            // SAFETY: each call fills or reads the one value its pointer points to; zeroed values are valid for both
            // plain C types.
            unsafe {
                if libc::tcgetattr(stdin, terminal.as_mut_ptr()) != 0 {
                    return None;
                }
                for signal in ENDING {
                    libc::sigaddset(held.as_mut_ptr(), signal);
                }
                libc::pthread_sigmask(libc::SIG_BLOCK, held.as_ptr(), signals.as_mut_ptr());
                let keys = Keys {
                    stdin,
                    terminal: terminal.assume_init(),
                    signals: signals.assume_init(),
                };
                let mut raw = keys.terminal;
                // Ctrl-C is a key like others; output stays as it is.
                raw.c_lflag &= !(libc::ICANON | libc::ECHO | libc::ISIG | libc::IEXTEN);
                raw.c_iflag &= !(libc::IXON | libc::ICRNL);
                // Dropped on failure, which undoes the rest.
                (libc::tcsetattr(stdin, libc::TCSADRAIN, &raw const raw) == 0).then_some(keys)
            }
        }

        /// Waits for a key.
        pub(in crate::prompt) fn next(&self) -> Key {
            decode(&mut |wait| read_byte(self.stdin, wait))
        }
    }

    impl Drop for Keys {
        #[expect(unsafe_code, reason = "std does not set terminals or signal masks")]
        fn drop(&mut self) {
            // SAFETY: each call reads one value of ours. Nobody is left to tell of a failure.
            unsafe {
                libc::tcsetattr(self.stdin, libc::TCSADRAIN, &raw const self.terminal);
                let none = std::ptr::null_mut();
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.signals, none);
            }
        }
    }

    /// The next byte; `None` at the end of the input, for a signal, or when `wait` is off and nothing comes.
    ///
    /// Not through `std::io::Stdin`: what its buffer holds, `poll` does not see.
    #[expect(
        unsafe_code,
        reason = "std neither waits for input with a deadline nor reads it unbuffered"
    )]
    fn read_byte(stdin: i32, wait: bool) -> Option<u8> {
        let mut input = libc::pollfd {
            fd: stdin,
            events: libc::POLLIN,
            revents: 0,
        };
        let time = if wait {
            LOOK_MILLISECONDS
        } else {
            KEY_MILLISECONDS
        };
        let mut byte = 0_u8;
        loop {
            // SAFETY: `poll` writes into the one `pollfd`, `read` at most one byte into `byte`, `sigpending` fills the
            // set that is then read.
            unsafe {
                if libc::poll(&raw mut input, 1, time) > 0 {
                    let read = libc::read(stdin, (&raw mut byte).cast(), 1);
                    return (read == 1).then_some(byte);
                }
                let mut pending = MaybeUninit::<libc::sigset_t>::zeroed();
                libc::sigpending(pending.as_mut_ptr());
                let came = |signal| libc::sigismember(pending.as_ptr(), signal) == 1;
                if !wait || ENDING.into_iter().any(came) {
                    return None;
                }
            }
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::Key;

    /// There is none: answers are lines.
    pub(in crate::prompt) enum Keys {}

    impl Keys {
        pub(in crate::prompt) fn open() -> Option<Self> {
            None
        }

        pub(in crate::prompt) fn next(&self) -> Key {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_to_keys() {
        for (bytes, keys) in [
            (
                &b"a\x7f\r"[..],
                vec![Key::Char('a'), Key::Backspace, Key::Enter],
            ),
            (b"\x1b[A\x1bOB", vec![Key::Up, Key::Down]),
            (
                b"\x1b[5~\x1b[6~\x1b[H\x1b[4~",
                vec![Key::PageUp, Key::PageDown, Key::Home, Key::End],
            ),
            (b"\x1b[1;5A\x1b[200~", vec![Key::Up, Key::Other]),
            (b"\x1b", vec![Key::Escape]),
            (b"\x03", vec![Key::Stop]),
            ("ü漢".as_bytes(), vec![Key::Char('ü'), Key::Char('漢')]),
            (b"\xff", vec![Key::Other]),
            (b"", vec![Key::Stop]),
        ] {
            let mut rest = bytes.iter().copied().peekable();
            let mut found = Vec::new();
            for _ in &keys {
                found.push(decode(&mut |_| rest.next()));
            }
            assert_eq!(found, keys, "{bytes:?}");
            assert_eq!(rest.next(), None, "{bytes:?}");
        }
    }
}
