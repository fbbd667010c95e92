import { describe, expect, test } from 'vitest'
import { Application } from '../../api/application.ts'
import { AppProject, defaultProject } from '../../api/appproject.ts'
import { applicationVerdicts } from './application.ts'
import { clusterNameOf, inCluster } from './cluster-name.ts'
import { isDestinationPermitted } from './destination.ts'
import { effectiveProject, parseGlobalProjects } from './effective.ts'
import { normalizeRepository } from './normalize-repository.ts'
import { isResourcePermitted } from './resource.ts'
import { isSourceNamespacePermitted, isSourcePermitted } from './source.ts'

function project(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): AppProject {
  return AppProject.parse({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'team', ...metadata },
    spec,
  })
}

describe('sources', () => {
  test.each([
    [['*'], 'https://host/any/thing', true, 'sourceRepos[0]', 'a star alone is everything'],
    [[], 'https://host/a', false, 'sourceRepos', 'an empty list permits nothing'],
    [undefined, 'https://host/a', false, 'sourceRepos', 'and so does an absent one'],
    [['https://host/org/*'], 'https://host/org/repo.git', true, 'sourceRepos[0]', '.git does not matter'],
    [['https://host/org/*'], 'https://host/org/sub/repo', false, 'sourceRepos', 'a star stops at a slash'],
    [['https://host/org/**'], 'https://host/org/sub/repo', true, 'sourceRepos[0]', 'two do not'],
    [['git@Host:org/repo'], 'ssh://git@host/org/repo.git', true, 'sourceRepos[0]', 'both ways to write SSH are one'],
    [['!https://host/org/x', '*'], 'https://HOST/org/X.git', false, 'sourceRepos[0]', 'a deny rule wins'],
    [['*', '!https://host/org/x'], 'https://host/org/x', false, 'sourceRepos[1]', 'wherever it stands'],
    [['!https://host/org/x'], 'https://host/org/y', true, 'sourceRepos[0]', 'a deny rule alone permits the rest'],
    [['https://*'], 'oci://registry/chart', false, 'sourceRepos', 'another scheme'],
  ])('%j and %s: %s by %s (%s)', (sourceRepos, url, permitted, rule, _why) => {
    expect(isSourcePermitted(project({ sourceRepos }), url)).toMatchObject({ permitted, rule })
  })

  test.each([
    ['git@github.com:Org/Repo.git', 'git@github.com/org/repo'],
    ['ssh://git@github.com:22/org/repo', 'git@github.com:22/org/repo'],
    ['  HTTPS://Host/Org ', 'https://host/org'],
    ['registry.example.com:5000/chart', 'registry.example.com:5000/chart'],
    ['a_b:5000/chart', ''],
    ['https://host/{a,b}/*', 'https://host/%7Ba,b%7D/%2A'],
    ['https://host:port/x', ''],
  ])('%s is compared as "%s"', (url, expected) => {
    expect(normalizeRepository(url)).toBe(expected)
  })

  test.each([
    ['', true, 'no namespace'],
    ['argocd', true, 'the control namespace'],
    ['team-a', true, 'a rule'],
    ['other', false, 'no rule'],
  ])('applications in "%s": %s (%s)', (namespace, permitted) => {
    const found = isSourceNamespacePermitted(project({ sourceNamespaces: ['team-*'] }), namespace, 'argocd')
    expect(found.permitted).toBe(permitted)
  })
})

describe('destinations', () => {
  const cluster = { server: 'https://prod.example.com', name: 'prod' }
  test.each([
    [[{ server: '*', namespace: '*' }], 'web', true, 'destinations[0]', 'everything'],
    [[{ server: 'https://prod.*', namespace: 'web-*' }], 'web-1', true, 'destinations[0]', 'globs in both'],
    [[{ name: 'prod', namespace: 'web' }], 'web', true, 'destinations[0]', 'by name'],
    [[{ name: 'stage', namespace: '*' }], 'web', false, 'destinations', 'another cluster'],
    [[{ server: '*', namespace: 'web' }], 'api', false, 'destinations', 'another namespace'],
    [
      [
        { server: '*', namespace: '!kube-system' },
        { server: '*', namespace: '*' },
      ],
      'kube-system',
      false,
      'destinations[0]',
      'a denied namespace',
    ],
    [
      [
        { server: '*', namespace: '*' },
        { server: '!https://prod.*', namespace: '*' },
      ],
      'web',
      false,
      'destinations[1]',
      'a denied cluster',
    ],
    [
      [
        { server: '*', namespace: '*' },
        { server: '!https://prod.*', namespace: 'db' },
      ],
      'web',
      true,
      'destinations[0]',
      'a cluster denied for another namespace only',
    ],
    [[{ server: '!https://stage.*', namespace: '*' }], 'web', true, 'destinations[0]', 'all clusters but one'],
    [
      [
        { server: '*', namespace: '*' },
        { server: 'https://stage.*', namespace: '!web' },
      ],
      'web',
      true,
      'destinations[0]',
      'a namespace denied on another cluster',
    ],
    [
      [
        { server: '*', namespace: '*' },
        { name: 'prod', namespace: '!web' },
      ],
      'web',
      true,
      'destinations[0]',
      'a denied namespace counts only with a server, as in Argo CD',
    ],
  ])('%j and namespace %s: %s by %s (%s)', (destinations, namespace, permitted, rule) => {
    const found = isDestinationPermitted(project({ destinations }), { ...cluster, namespace })
    expect(found).toMatchObject({ permitted, rule })
  })

  test('only clusters of the project, when it says so', () => {
    const own = project({ destinations: [{ server: '*', namespace: '*' }], permitOnlyProjectScopedClusters: true })
    const destination = { ...cluster, namespace: 'web' }
    expect(isDestinationPermitted(own, destination, [cluster]).permitted).toBe(true)
    expect(isDestinationPermitted(own, destination)).toMatchObject({
      permitted: false,
      rule: 'permitOnlyProjectScopedClusters',
    })
  })

  test('a destination may give either name of its cluster', () => {
    expect(clusterNameOf({ name: 'in-cluster' }, [])).toEqual(inCluster)
    expect(clusterNameOf({ server: inCluster.server }, [])).toEqual(inCluster)
    expect(clusterNameOf({ server: cluster.server }, [cluster])).toEqual(cluster)
    expect(clusterNameOf({ name: 'unknown' }, [cluster])).toEqual({ name: 'unknown', server: '' })
  })
})

describe('resources', () => {
  const all = { destinations: [{ server: '*', namespace: '*' }] }
  const pod = { group: '', kind: 'Pod', name: 'web', namespace: 'web', namespaced: true }
  const role = {
    group: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'team-view',
    namespace: '',
    namespaced: false,
  }
  test.each([
    [{}, pod, true, 'namespaceResourceWhitelist', 'namespaced kinds are permitted without a list'],
    [{ namespaceResourceWhitelist: [] }, pod, false, 'namespaceResourceWhitelist', 'an empty list permits none'],
    [{ namespaceResourceWhitelist: [{ group: '', kind: 'P*' }] }, pod, true, 'namespaceResourceWhitelist[0]', 'a rule'],
    [
      { namespaceResourceBlacklist: [{ group: '*', kind: 'Pod' }] },
      pod,
      false,
      'namespaceResourceBlacklist[0]',
      'minus',
    ],
    [{}, role, false, 'clusterResourceWhitelist', 'cluster-scoped kinds need a rule'],
    [{ clusterResourceWhitelist: [] }, role, false, 'clusterResourceWhitelist', 'an empty list permits none'],
    [{ clusterResourceWhitelist: [{ group: '*', kind: '*' }] }, role, true, 'clusterResourceWhitelist[0]', 'all'],
    [
      { clusterResourceWhitelist: [{ group: '*', kind: 'ClusterRole', name: 'team-*' }] },
      role,
      true,
      'clusterResourceWhitelist[0]',
      'by name',
    ],
    [
      { clusterResourceWhitelist: [{ group: '*', kind: 'ClusterRole', name: 'other-*' }] },
      role,
      false,
      'clusterResourceWhitelist',
      'another name',
    ],
    [
      {
        clusterResourceWhitelist: [{ group: '*', kind: '*' }],
        clusterResourceBlacklist: [{ group: '*', kind: '*', name: 'team-view' }],
      },
      role,
      false,
      'clusterResourceBlacklist[0]',
      'minus one name',
    ],
    [{ destinations: [{ server: '*', namespace: 'api' }] }, pod, false, 'destinations', 'its namespace counts too'],
  ])('%j and %j: %s by %s (%s)', (spec, resource, permitted, rule, _why) => {
    expect(isResourcePermitted(project({ ...all, ...spec }), resource, inCluster)).toMatchObject({ permitted, rule })
  })
})

describe('global projects', () => {
  const globals = parseGlobalProjects(
    '- labelSelector: {matchExpressions: [{key: env, operator: In, values: [prod]}]}\n  projectName: base\n',
  )
  const base = project(
    { sourceRepos: ['https://host/base'], namespaceResourceBlacklist: [{ group: '', kind: 'Secret' }] },
    { name: 'base' },
  )
  const find = (name: string) => (name === 'base' ? base : undefined)

  test('lists are joined when the labels match', () => {
    const own = project({ sourceRepos: ['https://host/own'] }, { labels: { env: 'prod' } })
    const { spec } = effectiveProject(own, globals, find)
    expect(spec.sourceRepos).toEqual(['https://host/own', 'https://host/base'])
    expect(spec.namespaceResourceBlacklist).toEqual([{ group: '', kind: 'Secret' }])
    expect(spec.namespaceResourceWhitelist).toBeUndefined()
  })

  test('other labels, or a global project that is not there, change nothing', () => {
    const own = project({}, { labels: { env: 'dev' } })
    expect(effectiveProject(own, globals, find)).toBe(own)
    const matching = project({}, { labels: { env: 'prod' } })
    expect(effectiveProject(matching, globals, () => undefined)).toBe(matching)
    expect(effectiveProject(base, parseGlobalProjects('- projectName: base\n'), find)).toBe(base)
  })

  test('a setting that cannot be read says so', () => {
    expect(() =>
      parseGlobalProjects('- labelSelector: {matchExpressions: [{key: a, operator: Gt}]}\n  projectName: x'),
    ).toThrow(/^Cannot read globalProjects of argocd-cm: "Gt" is not an operator$/)
  })
})

test('the default project permits everything until Git has its own', () => {
  const application = Application.parse({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web' },
    spec: { source: { repoURL: 'https://host/x' }, destination: { name: 'in-cluster', namespace: 'web' } },
  })
  const verdicts = applicationVerdicts(defaultProject(), {
    application,
    controlNamespace: 'argocd',
    cluster: inCluster,
  })
  expect(verdicts.map((verdict) => verdict.permitted)).toEqual([true, true, true])
})
