// How long a passphrase would resist: said plainly, and the weakest are refused.
const POOLS = [[/[0-9]/, 10], [/[a-z]/, 26], [/[A-Z]/, 26], [/[^0-9A-Za-z\u0080-\uffff]/, 30], [/[\u0080-\uffff]/, 2000]];
export const LEAST = 10;

// "short", "weak", "fair" or "strong"
export function strengthOf(passphrase) {
  const characters = Array.from(passphrase);
  if (characters.length < LEAST) return "short";
  const pool = POOLS.reduce((sum, [kind, size]) => sum + (kind.test(passphrase) ? size : 0), 0);
  const different = new Set(characters).size;
  const bits = Math.min(characters.length, different * 2) * Math.log2(pool);
  if (different < 5 || bits < 45) return "weak";
  return bits < 70 ? "fair" : "strong";
}
