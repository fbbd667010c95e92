/** What git says, as reasons of ours. Pure. */
import { HalcyonError } from '../../api/errors.ts'
import type { Reason } from '../../api/reasons.ts'
import { GitFailure } from './git.ts'
import { maskUrl } from './url.ts'

const denied =
  /authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied|access denied|invalid credentials|invalid username or (?:password|token)|requested url returned error: (?:401|403|407)|error: 40[13]|not authorized|unauthorized|authorization failed|no supported authentication methods|could not be authenticated/i
const unasked = /could not read (?:Username|Password)|terminal prompts disabled/i
const refused = /transport '[^']*' not allowed|protocol '[^']*' is not supported|unable to find remote helper/i

/** The error of anything git was asked to do with a repository. `doing` is a verb: `fetch`, `read`. Passes through what is no GitFailure. */
export function repositoryError(doing: string, display: string, failure: unknown): unknown {
  if (!(failure instanceof GitFailure)) return failure
  return new HalcyonError(reasonFor(failure), `Cannot ${doing} ${display}: ${detailOf(failure)}`, { cause: failure })
}

function reasonFor(failure: GitFailure): Reason {
  if (refused.test(failure.stderr)) return 'RepositoryRefused'
  return denied.test(failure.stderr) ? 'RepositoryAccessDenied' : 'RepositoryUnavailable'
}

function detailOf(failure: GitFailure): string {
  if (failure.kind === 'notStarted') return 'the git command cannot be started; is git installed?'
  if (failure.kind === 'timedOut') return 'git did not finish in time'
  if (unasked.test(failure.stderr))
    return 'it wants credentials and git has none for it; set up a credential helper or a token for this host'
  return maskUrls(whyBehind(failure))
}

/** "Could not read from remote repository." follows every ssh failure and says nothing; what ssh said stands before it. */
function whyBehind(failure: GitFailure): string {
  if (!/^Could not read from remote repository/i.test(failure.message)) return failure.message
  const lines = failure.stderr.split(/[\r\n]+/).map((line) => line.trim())
  const end = lines.findIndex((line) => /Could not read from remote repository/i.test(line))
  const before = lines.slice(0, end).findLast((line) => line !== '' && !/^warning:/i.test(line))
  return (before ?? failure.message).replace(/^(?:fatal|error|remote): /i, '')
}

function maskUrls(text: string): string {
  return text.replace(/[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s'"]+/g, maskUrl)
}
