import type { Localized } from '../../kernel/index.ts';

/** What the operations of the log are called by people. The log itself keeps the identifiers. */
export const OPERATION_NAMES: Readonly<Record<string, Localized>> = {
  'access.addDivision': { zh: '登记行政区', en: 'division added' },
  'access.allowLink': { zh: '允许关联统一身份', en: 'link to the identity provider allowed' },
  'access.appoint': { zh: '授予任职', en: 'appointment granted' },
  'access.changePassword': { zh: '修改密码', en: 'password changed' },
  'access.closeOrganisation': { zh: '停用单位', en: 'organisation closed' },
  'access.confirmSecondFactor': { zh: '启用第二因子', en: 'second factor confirmed' },
  'access.createOrganisation': { zh: '登记单位', en: 'organisation created' },
  'access.createPerson': { zh: '建立账号', en: 'account created' },
  'access.disablePerson': { zh: '停用账号', en: 'account disabled' },
  'access.enablePerson': { zh: '启用账号', en: 'account enabled' },
  'access.enrolSecondFactor': { zh: '登记第二因子', en: 'second factor enrolled' },
  'access.endSessions': { zh: '结束全部会话', en: 'all sessions ended' },
  'access.makeSetupCode': { zh: '生成设置码', en: 'set-up code made' },
  'access.provePassword': { zh: '复核密码', en: 'password asked again' },
  'access.refused': { zh: '被拒绝的请求', en: 'refused request' },
  'access.removeSecondFactor': { zh: '移除第二因子', en: 'second factor removed' },
  'access.resetAtTerminal': { zh: '在终端重置密码', en: 'password reset at the terminal' },
  'access.resetPassword': { zh: '重置密码', en: 'password reset' },
  'access.resetSecondFactor': { zh: '重置第二因子', en: 'second factor reset' },
  'access.revoke': { zh: '撤销任职', en: 'appointment revoked' },
  'access.revokeSession': { zh: '结束会话', en: 'session ended' },
  'access.secondFactor': { zh: '第二因子验证', en: 'second factor given' },
  'access.setUp': { zh: '初始设置', en: 'set up' },
  'access.signIn': { zh: '登录', en: 'sign-in' },
  'access.signOut': { zh: '退出', en: 'sign-out' },
  'access.switchAppointment': { zh: '切换任职', en: 'appointment switched' },
  'access.switchDemoRole': { zh: '演示：切换角色', en: 'demo: role switched' },
  'access.unlock': { zh: '解除锁定', en: 'account unlocked' },
  'audit.export': { zh: '导出审计', en: 'audit exported' },
  'audit.look': { zh: '查阅审计', en: 'audit looked at' },
  'audit.signHeads': { zh: '签署链头', en: 'heads signed' },
  'audit.verify': { zh: '核验审计链', en: 'chain verified' },
  'demo.load': { zh: '装载演示县', en: 'demo county loaded' },
  'intake.clearLeftover': { zh: '清理未完成的入库', en: 'unfinished import cleared' },
  'intake.commit': { zh: '提交入库', en: 'import committed' },
  'intake.correct': { zh: '更正读取方式', en: 'reading corrected' },
  'intake.create': { zh: '上传文件', en: 'file uploaded' },
  'intake.discard': { zh: '放弃批次', en: 'batch discarded' },
  'intake.undo': { zh: '撤回批次', en: 'batch undone' },
  'jobs.cancel': { zh: '取消任务', en: 'job cancelled' },
  'jobs.end': { zh: '任务结束', en: 'job ended' },
  'parcels.export': { zh: '导出图层', en: 'layer exported' },
  'parcels.saveLayerVersion': { zh: '保存图层版本', en: 'layer version saved' },
  'parcels.withdraw': { zh: '撤回图层版本', en: 'layer version withdrawn' },
  'projects.create': { zh: '建立项目', en: 'project created' },
  'projects.finishRun': { zh: '分析完成', en: 'analysis finished' },
  'projects.startRun': { zh: '开始分析', en: 'analysis started' },
  'quality.report': { zh: '质检完成', en: 'quality checked' },
  'quality.start': { zh: '开始质检', en: 'quality check started' },
};

/** The name of an operation; its identifier where it has none. */
export function operationName(operation: string): Localized {
  return OPERATION_NAMES[operation] ?? { zh: operation, en: operation };
}

/** What the kinds of objects in the log are called by people. */
export const OBJECT_NAMES: Readonly<Record<string, Localized>> = {
  appointment: { zh: '任职', en: 'appointment' },
  auditChain: { zh: '审计链', en: 'audit chain' },
  auditHeads: { zh: '签名链头', en: 'signed heads' },
  division: { zh: '行政区', en: 'division' },
  import: { zh: '入库批次', en: 'import' },
  job: { zh: '任务', en: 'job' },
  layerVersion: { zh: '图层版本', en: 'layer version' },
  organisation: { zh: '单位', en: 'organisation' },
  person: { zh: '人员', en: 'person' },
  project: { zh: '项目', en: 'project' },
  route: { zh: '接口', en: 'interface' },
  run: { zh: '分析', en: 'run' },
  session: { zh: '会话', en: 'session' },
  setup: { zh: '初始设置', en: 'first set-up' },
};

/** The name of a kind of object; its identifier where it has none. */
export function objectName(kind: string): Localized {
  return OBJECT_NAMES[kind] ?? { zh: kind, en: kind };
}
