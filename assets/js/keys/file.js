// The key file: an age file to a passphrase with the identity inside, as `age-keygen | age -p` would make it, and the public log's key
// as its holder met it: at the opening no other log is believed.
import { Decrypter, Encrypter, armor } from "age-encryption";
import { KeyProblem } from "./identity.js";

const WORK_FACTOR = 17;
const LARGEST = 100_000;
const LOG = "# log key: ";

// scrypt holds the page for a second or two: what was just written is painted first.
export const painted = () => new Promise((done) => setTimeout(done, 50));

export async function sealKey(identity, recipient, passphrase, logKey) {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  const sealed = await encrypter.encrypt(`# Linli\n# public key: ${recipient}\n${LOG}${logKey}\n${identity}\n`);
  return armor.encode(sealed);
}

// { identity, logKey }; logKey is null in a file that holds none.
export async function openKey(file, passphrase) {
  if (file.size > LARGEST) throw new KeyProblem("file");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  if (identityIn(text)) return contentOf(text);
  if (!passphrase) throw new KeyProblem("passphrase");
  await painted();
  return contentOf(await decrypt(bytes, text, passphrase));
}

function contentOf(text) {
  const logKey = text.split("\n").find((line) => line.startsWith(LOG))?.slice(LOG.length).trim();
  return { identity: identityIn(text) ?? fail("file"), logKey: logKey || null };
}

async function decrypt(bytes, text, passphrase) {
  let sealed = bytes;
  try {
    if (text.includes("-----BEGIN AGE ENCRYPTED FILE-----")) sealed = armor.decode(text.trim());
  } catch {
    fail("file");
  }
  if (!new TextDecoder().decode(sealed.slice(0, 80)).startsWith("age-encryption.org/v1\n-> scrypt ")) fail("file");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(sealed, "text");
  } catch {
    return fail("wrong");
  }
}

const identityIn = (text) => text.match(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/m)?.[0];

function fail(word) {
  throw new KeyProblem(word);
}
