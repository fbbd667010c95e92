/** Says what is wrong with a text that is no JSON, in the words of Go's decoder, which people know from kubectl. Pure. */

class Complaint extends Error {}

const END = 'unexpected end of JSON input'
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** For a text that JSON.parse refused. */
export function jsonComplaint(text: string): string {
  let at = 0
  try {
    value()
    space()
    if (at < text.length) fail('after top-level value')
    return 'invalid JSON'
  } catch (error) {
    if (error instanceof Complaint) return error.message
    throw error
  }

  function fail(where: string): never {
    const character = text[at]
    if (character === undefined) throw new Complaint(END)
    throw new Complaint(`invalid character ${quoted(character)} ${where}`)
  }

  function space(): void {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++
  }

  function value(): void {
    space()
    const first = text[at]
    if (first === '{') members()
    else if (first === '[') elements()
    else if (first === '"') string()
    else if (first === 't') literal('true')
    else if (first === 'f') literal('false')
    else if (first === 'n') literal('null')
    else number()
  }

  function members(): void {
    at++
    space()
    if (text[at] === '}') {
      at++
      return
    }
    for (;;) {
      space()
      if (text[at] !== '"') fail('looking for beginning of object key string')
      string()
      space()
      if (text[at] !== ':') fail('after object key')
      at++
      value()
      space()
      if (text[at] === '}') break
      if (text[at] !== ',') fail('after object key:value pair')
      at++
    }
    at++
  }

  function elements(): void {
    at++
    space()
    if (text[at] === ']') {
      at++
      return
    }
    for (;;) {
      value()
      space()
      if (text[at] === ']') break
      if (text[at] !== ',') fail('after array element')
      at++
    }
    at++
  }

  function string(): void {
    for (at++; text[at] !== '"'; at++) {
      const character = text[at]
      if (character === undefined || character < ' ') fail('in string literal')
      if (character !== '\\') continue
      at++
      if (text[at] === 'u') {
        for (let digit = 0; digit < 4; digit++) {
          at++
          if (!/[0-9a-fA-F]/.test(text[at] ?? '')) fail('in \\u hexadecimal character escape')
        }
      } else if (!/["\\/bfnrt]/.test(text[at] ?? '')) fail('in string escape code')
    }
    at++
  }

  function literal(word: string): void {
    for (const letter of word) {
      if (text[at] !== letter) fail(`in literal ${word} (expecting ${quoted(letter)})`)
      at++
    }
  }

  function number(): void {
    NUMBER.lastIndex = at
    const match = NUMBER.exec(text)
    if (match === null) {
      if (text[at] !== '-') fail('looking for beginning of value')
      at++
      fail('in numeric literal')
    }
    at += match[0].length
  }
}

function quoted(character: string): string {
  if (character === "'") return `'\\''`
  return `'${JSON.stringify(character).slice(1, -1).replace('\\"', '"')}'`
}
