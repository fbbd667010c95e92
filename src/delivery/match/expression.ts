/** Regular expressions from settings: Go's dialect (RE2), found anywhere in the text, in time linear in the text whatever the pattern. Pure. */
import { RE2JS } from 're2js'
import type { Matcher } from '../../api/glob.ts'

/** Undefined when the pattern does not parse. Go's `regexp` has no look-around and no back references, so they do not parse either. */
export function compileExpression(pattern: string): Matcher | undefined {
  try {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.test(text)
  } catch {
    return undefined
  }
}
