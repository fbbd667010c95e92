/** `-o json` and `-o yaml`: complete and stable, for programs. Pure. */
import { dump } from 'js-yaml'

export type Format = 'table' | 'json' | 'yaml'

/** With a line end. JSON escapes control characters itself; YAML quotes them. */
export function structured(value: unknown, format: 'json' | 'yaml'): string {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`
  return dump(value, { noRefs: true, lineWidth: -1, skipInvalid: true })
}
