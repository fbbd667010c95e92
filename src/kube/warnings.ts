/** Reads `Warning` headers (RFC 7234): `299 - "text"`, several per header or several headers. Pure. */

const warning = /\d{3} (?:"(?:[^"\\]|\\.)*"|\S+) "((?:[^"\\]|\\.)*)"/g

/** The texts, in order, without repetitions. */
export function parseWarnings(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return none
  const texts = new Set<string>()
  for (const line of Array.isArray(header) ? header : [header]) {
    for (const match of line.matchAll(warning)) texts.add(match[1]!.replace(/\\(.)/g, '$1'))
  }
  return [...texts]
}

const none: readonly string[] = Object.freeze([])
