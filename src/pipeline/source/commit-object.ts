/** Git commit objects. Pure. */
import type { Commit } from './source.ts'

export interface CommitObject extends Commit {
  /** The id of its root directory. */
  readonly tree: string
}

/** Parses the bytes of a commit (git-commit-tree(1)); what is missing is ''. */
export function parseCommit(sha: string, bytes: Buffer): CommitObject {
  const utf8 = bytes.toString('utf8')
  const split = utf8.indexOf('\n\n')
  const head = split < 0 ? utf8 : utf8.slice(0, split)
  const encoding = /^encoding (.+)$/m.exec(head)?.[1]
  const text = encoding === undefined ? utf8 : decoded(bytes, encoding)
  const headerEnd = text.indexOf('\n\n')
  const header = headerEnd < 0 ? text : text.slice(0, headerEnd)
  const message = headerEnd < 0 ? '' : text.slice(headerEnd + 2)
  const author = person(/^author (.*)$/m.exec(header)?.[1] ?? '')
  const committer = person(/^committer (.*)$/m.exec(header)?.[1] ?? '')
  return {
    sha,
    tree: /^tree ([0-9a-f]+)$/m.exec(header)?.[1] ?? '',
    parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1]!),
    author: author.name,
    email: author.email,
    authoredAt: author.at,
    committedAt: committer.at,
    subject: subjectOf(message),
  }
}

/** As git's `%s`: the first paragraph on one line. */
function subjectOf(message: string): string {
  const paragraph =
    message
      .replace(/^\s*\n/, '')
      .trimStart()
      .split(/\n[ \t]*\n/, 1)[0] ?? ''
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim()
}

function person(line: string): { name: string; email: string; at: string } {
  const match = /^(.*?) ?<([^>]*)> (-?\d+)(?: [+-]\d{4})?$/.exec(line)
  if (match === null) return { name: line, email: '', at: '' }
  const date = new Date(Number(match[3]) * 1000)
  const at = Number.isNaN(date.getTime()) ? '' : date.toISOString().replace('.000Z', 'Z')
  return { name: match[1]!, email: match[2]!, at }
}

function decoded(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
