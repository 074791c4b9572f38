// The key file: an age file to a passphrase with the identity inside, as `age-keygen | age -p` would make it.
import { Decrypter, Encrypter, armor } from "age-encryption";
import { KeyProblem } from "./identity.js";

const WORK_FACTOR = 17;
const LARGEST = 100_000;

// scrypt holds the page for a second or two: what was just written is painted first.
export const painted = () => new Promise((done) => setTimeout(done, 50));

export async function sealKey(identity, recipient, passphrase) {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  const sealed = await encrypter.encrypt(`# Linli\n# public key: ${recipient}\n${identity}\n`);
  return armor.encode(sealed);
}

export async function openKey(file, passphrase) {
  if (file.size > LARGEST) throw new KeyProblem("file");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const plain = identityIn(text);
  if (plain) return plain;
  if (!passphrase) throw new KeyProblem("passphrase");
  await painted();
  return identityIn(await decrypt(bytes, text, passphrase)) ?? fail("file");
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
