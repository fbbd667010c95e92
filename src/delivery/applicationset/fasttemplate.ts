/** `{{param}}` without goTemplate: flat replacement of known names, as Argo CD does it with fasttemplate. Pure. */
import type { Params } from './templates.ts'

/** Argo CD looks for an opening and a closing pair on one line before it treats a text as a template at all. */
const isTemplate = /\{\{.*\}\}/

/**
 * Replaces `{{name}}` (blanks around the name do not count) where the parameter is a string; everything else stays as written. Throws
 * when a `{{` has no `}}` after it.
 */
export function fillIn(text: string, params: Params): string {
  if (!isTemplate.test(text)) return text
  let filled = ''
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) return filled + text.slice(at)
    const close = text.indexOf('}}', open + 2)
    if (close < 0) throw new Error(`"{{" without "}}" in ${JSON.stringify(text)}`)
    const tag = text.slice(open + 2, close)
    const name = tag.trim()
    const value = name !== '' && Object.hasOwn(params, name) ? params[name] : undefined
    filled += text.slice(at, open) + (typeof value === 'string' ? value : `{{${tag}}}`)
    at = close + 2
  }
}
