/** Whether an image could be pulled, judged by its reference alone. Pure. */

export type ImageVerdict = 'present' | 'missing' | 'invalid'

const host = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?'
const path = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*'
/** The grammar of the distribution project: host, path, tag, digest. */
const reference = new RegExp(`^${host}${path}(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@[a-z0-9]+:[a-f0-9]{32,})?$`)

/** A tag that says so is missing; everything else that parses is there. */
export function judgeImage(image: string | undefined): ImageVerdict {
  const match = reference.exec(image ?? '')
  if (match === null) return 'invalid'
  return /does-not-exist|broken|missing/.test(match[1] ?? '') ? 'missing' : 'present'
}

/** The kubelet's words for a pull that found nothing. */
export function pullError(image: string): string {
  return (
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": ` +
    `failed to resolve reference "${image}": ${image}: not found`
  )
}
