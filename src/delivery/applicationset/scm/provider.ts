/** What is asked of a code host. Types. */

export interface ScmRepository {
  readonly organization: string
  readonly repository: string
  readonly repositoryId: string
  /** For the wanted clone protocol. */
  readonly url: string
  /** The default branch. */
  readonly branch: string
  readonly labels: readonly string[]
}

export interface ScmBranch extends ScmRepository {
  readonly sha: string
}

export interface ScmProvider {
  repositories(): Promise<readonly ScmRepository[]>
  /** The default branch, or all of them if the generator says so; none for an empty repository. */
  branches(repository: ScmRepository): Promise<readonly ScmBranch[]>
  hasPath(branch: ScmBranch, path: string): Promise<boolean>
}

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly branch: string
  readonly targetBranch: string
  readonly headSha: string
  readonly author: string
  readonly labels: readonly string[]
}
