/** A hold keeps an application at what it was, whatever Git, its parents or a generator say. Plain data, as stored and as shown. */

/** What must not be applied again: by revision, and by what it renders to, so that an unrelated commit does not bring it back. */
export interface Quarantined {
  readonly revision: string
  readonly digest: string
}

export interface Hold {
  readonly application: string
  /** What is kept, a revision for each source in order. */
  readonly revisions: readonly string[]
  /** The Application as it was then, as JSON text: its sources may have changed, too. */
  readonly manifest: string
  /** Empty for a hold that only freezes. */
  readonly quarantined: readonly Quarantined[]
  /** `newer`: lifted by a commit that renders to something else than what is quarantined. `person`: by `resume` only. */
  readonly lift: 'newer' | 'person'
  /** Why, in the words of whoever holds. */
  readonly reason: string
  readonly who: string
  /** ISO 8601. */
  readonly since: string
  /** Lifted then, whatever else; ISO 8601. */
  readonly until?: string
}

/** As people see it. */
export type HoldView = Omit<Hold, 'manifest' | 'application'>

/** What an undo did, and how Git is told. */
export interface UndoView {
  readonly application: string
  readonly from: string
  readonly to: string
  readonly hold: HoldView
  /** Where desired state lives: a pushed branch with the revert, or the commands that make it. */
  readonly revert: RevertView
}

export interface RevertView {
  /** Pushed to the repository; undefined when only the commands are given. */
  readonly branch?: string
  readonly commit?: string
  readonly commands: readonly string[]
  /** Why there is no branch, or what to know; '' otherwise. */
  readonly note: string
}
