/** The messages of Kubernetes' built-in kinds, from the generated facts. Effects: reads the facts file once, when first asked. */
import { readFileSync } from 'node:fs'

/**
 * How a field is written on the wire and read in JSON:
 * - a letter: `s` string, `i` integer, `b` boolean, `d` double, `y` bytes (base64 in JSON), `q` quantity, `x` int-or-string, `t` time in
 *   seconds, `u` time in microseconds, `r` raw JSON;
 * - `@Name` a message, `[` before the items of a list, `{` before the values of a map;
 * - `-` before a scalar that JSON leaves out when it is empty, `^` before a message whose fields belong to the one around it.
 */
export type WireType = string

export interface MessageField {
  /** Name in JSON; '' when the message is nothing but this list. */
  readonly name: string
  readonly type: WireType
}

export type Message = ReadonlyMap<number, MessageField>

let facts: Record<string, Record<string, string>> | undefined
const messages = new Map<string, Message>()

/** The message of a type (`core.v1.Pod`); undefined when it is not known as one. */
export function messageOf(name: string): Message | undefined {
  const known = messages.get(name)
  if (known !== undefined) return known
  facts ??= JSON.parse(readFileSync(new URL('./messages.generated.json', import.meta.url), 'utf8')) as NonNullable<
    typeof facts
  >
  const fact = facts[name]
  if (fact === undefined) return undefined
  const message = new Map(Object.entries(fact).map(([number, text]) => [Number(number), fieldOf(text)]))
  messages.set(name, message)
  return message
}

function fieldOf(text: string): MessageField {
  const space = text.indexOf(' ')
  return { name: text.slice(0, space), type: text.slice(space + 1) }
}
