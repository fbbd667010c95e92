/** Revisions as people see them. Pure. */
import { plainLine } from './plain.ts'

/** `7c31e0d` of a commit, `sha256:9f2c1ab` of a folder; chart versions stay; '-' when unknown. */
export function shortRevision(revision: string): string {
  if (revision === '') return '-'
  const digest = /^(sha256:)?([0-9a-f]{12,64})$/.exec(revision)
  return digest === null ? plainLine(revision).slice(0, 24) : `${digest[1] ?? ''}${digest[2]!.slice(0, 7)}`
}
