/** Names objects of an application, as Argo CD's `GROUP:KIND:[NAMESPACE/]NAME`. Pure. */
import { HalcyonError } from './errors.ts'

/** `*` in a field means any. */
export interface ResourceSelector {
  readonly group: string
  readonly kind: string
  /** Undefined: in any namespace, and outside of namespaces. */
  readonly namespace?: string | undefined
  readonly name: string
  /** Everything but this. */
  readonly exclude?: boolean | undefined
}

/** A leading `!` excludes. Throws UsageInvalid with the wanted form. */
export function parseResourceSelector(text: string): ResourceSelector {
  const exclude = text.startsWith('!')
  const parts = (exclude ? text.slice(1) : text).split(':')
  const [group = '', kind = '', place = ''] = parts
  const [first = '', second] = place.split('/')
  if (parts.length !== 3 || kind === '' || first === '' || second === '' || place.split('/').length > 2) {
    throw new HalcyonError(
      'UsageInvalid',
      `Cannot read the resource "${text}": wanted is GROUP:KIND:[NAMESPACE/]NAME, such as apps:Deployment:web or :Service:shop/web`,
    )
  }
  const named = second === undefined ? { name: first } : { namespace: first, name: second }
  return { group, kind, ...named, ...(exclude ? { exclude } : {}) }
}
