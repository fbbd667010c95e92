/** The generators of an ApplicationSet that ask a code host: every field of Argo CD's. Schema and type share a name. Pure. */
import { z } from 'zod'
import { ApplicationSetTemplate } from './applicationset-template.ts'

const stringMap = z.record(z.string(), z.string())
const seconds = z.number().int()
const secretRef = z.object({ secretName: z.string(), key: z.string() })
const configMapKeyRef = z.object({ configMapName: z.string(), key: z.string() })
const template = ApplicationSetTemplate.optional()
const values = stringMap.optional()

const basicAuth = z.object({ username: z.string(), passwordRef: secretRef })
const bearerToken = z.object({ tokenRef: secretRef })

export const ScmProviderGenerator = z.object({
  github: z
    .object({
      organization: z.string(),
      api: z.string().optional(),
      tokenRef: secretRef.optional(),
      appSecretName: z.string().optional(),
      allBranches: z.boolean().optional(),
      excludeArchivedRepos: z.boolean().optional(),
    })
    .optional(),
  gitlab: z
    .object({
      group: z.string(),
      api: z.string().optional(),
      tokenRef: secretRef.optional(),
      allBranches: z.boolean().optional(),
      includeSubgroups: z.boolean().optional(),
      includeSharedProjects: z.boolean().optional(),
      includeArchivedRepos: z.boolean().optional(),
      topic: z.string().optional(),
      insecure: z.boolean().optional(),
      caRef: configMapKeyRef.optional(),
    })
    .optional(),
  gitea: z
    .object({
      owner: z.string(),
      api: z.string(),
      tokenRef: secretRef.optional(),
      allBranches: z.boolean().optional(),
      insecure: z.boolean().optional(),
      excludeArchivedRepos: z.boolean().optional(),
    })
    .optional(),
  bitbucket: z
    .object({ owner: z.string(), user: z.string(), appPasswordRef: secretRef, allBranches: z.boolean().optional() })
    .optional(),
  bitbucketServer: z
    .object({
      project: z.string(),
      api: z.string(),
      basicAuth: basicAuth.optional(),
      bearerToken: bearerToken.optional(),
      allBranches: z.boolean().optional(),
      insecure: z.boolean().optional(),
      caRef: configMapKeyRef.optional(),
    })
    .optional(),
  azureDevOps: z
    .object({
      organization: z.string(),
      api: z.string().optional(),
      teamProject: z.string(),
      accessTokenRef: secretRef,
      allBranches: z.boolean().optional(),
    })
    .optional(),
  awsCodeCommit: z
    .object({
      tagFilters: z.array(z.object({ key: z.string(), value: z.string().optional() })).optional(),
      role: z.string().optional(),
      region: z.string().optional(),
      allBranches: z.boolean().optional(),
    })
    .optional(),
  filters: z
    .array(
      z.object({
        repositoryMatch: z.string().optional(),
        pathsExist: z.array(z.string()).optional(),
        pathsDoNotExist: z.array(z.string()).optional(),
        labelMatch: z.string().optional(),
        branchMatch: z.string().optional(),
      }),
    )
    .optional(),
  cloneProtocol: z.string().optional(),
  values,
  requeueAfterSeconds: seconds.optional(),
  template,
})
export type ScmProviderGenerator = z.infer<typeof ScmProviderGenerator>

export const PullRequestGenerator = z.object({
  github: z
    .object({
      owner: z.string(),
      repo: z.string(),
      api: z.string().optional(),
      tokenRef: secretRef.optional(),
      appSecretName: z.string().optional(),
      labels: z.array(z.string()).optional(),
    })
    .optional(),
  gitlab: z
    .object({
      project: z.string(),
      api: z.string().optional(),
      tokenRef: secretRef.optional(),
      labels: z.array(z.string()).optional(),
      pullRequestState: z.string().optional(),
      insecure: z.boolean().optional(),
      caRef: configMapKeyRef.optional(),
    })
    .optional(),
  gitea: z
    .object({
      owner: z.string(),
      repo: z.string(),
      api: z.string(),
      tokenRef: secretRef.optional(),
      labels: z.array(z.string()).optional(),
      insecure: z.boolean().optional(),
    })
    .optional(),
  bitbucket: z
    .object({
      owner: z.string(),
      repo: z.string(),
      api: z.string().optional(),
      basicAuth: basicAuth.optional(),
      bearerToken: bearerToken.optional(),
    })
    .optional(),
  bitbucketServer: z
    .object({
      project: z.string(),
      repo: z.string(),
      api: z.string(),
      basicAuth: basicAuth.optional(),
      bearerToken: bearerToken.optional(),
      insecure: z.boolean().optional(),
      caRef: configMapKeyRef.optional(),
    })
    .optional(),
  azuredevops: z
    .object({
      organization: z.string(),
      project: z.string(),
      repo: z.string(),
      api: z.string().optional(),
      tokenRef: secretRef.optional(),
      labels: z.array(z.string()).optional(),
    })
    .optional(),
  filters: z
    .array(
      z.object({
        branchMatch: z.string().optional(),
        targetBranchMatch: z.string().optional(),
        titleMatch: z.string().optional(),
      }),
    )
    .optional(),
  continueOnRepoNotFoundError: z.boolean().optional(),
  values,
  requeueAfterSeconds: seconds.optional(),
  template,
})
export type PullRequestGenerator = z.infer<typeof PullRequestGenerator>
