/** The answer of a project to one question, with the rule that decided. Plain data. */

export interface Verdict {
  readonly permitted: boolean
  /** Where in the project: `sourceRepos[1]`, or the name of a list nothing of which matched. */
  readonly rule: string
  /** In words, with the pattern and what it was compared with. */
  readonly because: string
}

export function permit(rule: string, because: string): Verdict {
  return { permitted: true, rule, because }
}

export function deny(rule: string, because: string): Verdict {
  return { permitted: false, rule, because }
}
