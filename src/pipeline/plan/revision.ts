/** Revisions as people read them. Pure. */

/** Seven characters of a commit or a digest; a chart version or anything else as it is; several sources joined by `+`. */
export function shortRevision(revision: string): string {
  return revision
    .split(/[+,]/)
    .map((one) => one.trim())
    .map((one) => (/^(sha256:)?[0-9a-f]{40,64}$/.test(one) ? one.replace('sha256:', '').slice(0, 7) : one))
    .join('+')
}
