/** Small pieces of text: ages, revisions, status words, commands to copy, links. */
import { type ReactNode, useState } from 'react'
import { ageText } from '../../../src/api/verdict/age.ts'
import { shortRevision } from '../../../src/api/verdict/revision.ts'
import type { ListedApplication } from '../../../src/api/views.ts'
import { useNow } from '../live/clock.ts'

/** `22 min`, with the time in the reader's zone on request. */
export function Age({ at, ago = false }: { at: string | undefined; ago?: boolean }) {
  const now = useNow()
  if (at === undefined) return <span>-</span>
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ageText(at, now)}
      {ago && ' ago'}
    </time>
  )
}

export function Revision({ sha }: { sha: string }) {
  return (
    <code className="revision" title={sha}>
      {shortRevision(sha)}
    </code>
  )
}

const tones: Readonly<Record<string, string>> = {
  Healthy: 'good',
  Synced: 'good',
  Succeeded: 'good',
  Degraded: 'bad',
  Missing: 'bad',
  Failed: 'bad',
  Error: 'bad',
  OutOfSync: 'warn',
  Progressing: 'busy',
  Syncing: 'busy',
  Running: 'busy',
}

/** A word with a colour that adds nothing to it. */
export function Status({ word }: { word: string }) {
  return <span className={`status ${tones[word] ?? 'plain'}`}>{word === '' ? '-' : word}</span>
}

export function VerdictWord({ verdict }: Pick<ListedApplication, 'verdict'>) {
  const tone = { needsYou: 'bad', shipping: 'busy', waiting: 'warn', quiet: 'good' }[verdict.group]
  return <span className={`status ${tone}`}>{verdict.word}</span>
}

/** The same as the button beside it, for a terminal. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <span className="command">
      <code>{text}</code>
      <button type="button" className="quiet" onClick={() => void copy()} aria-label={`Copy: ${text}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </span>
  )
}

/** A link when it is one of the web, else text: a manifest must not choose the scheme. */
export function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  if (!/^https?:\/\//i.test(href)) return <span>{children}</span>
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  )
}

export function refText(ref: { kind: string; namespace: string; name: string }): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`
}
