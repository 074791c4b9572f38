// The public log's key that this browser has met on this site. It is public; another one later means that one of the two is not the city's log.
const NAME = "linli-log-key";

// Null where the browser keeps nothing.
export function rememberedKey() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

export function rememberKey(keyLine) {
  try {
    localStorage.setItem(NAME, keyLine);
  } catch {
    // it is asked for again next time
  }
}
