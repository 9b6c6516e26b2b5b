import type { Words } from "./words.ts";

export const zh: Words = {
  unsubscribe: {
    title: "退订",
    text: "您不想再收到来自 {domain} 的此类邮件吗？",
    button: "退订",
  },
  unsubscribed: {
    title: "您已退订",
    text: "您将不再收到来自 {domain} 的此类邮件。您可以关闭此页面。",
  },
  optOut: {
    title: "关闭跟踪",
    text: "您仍会收到来自 {domain} 的邮件，但系统将不再记录您何时打开邮件以及点击了哪些链接。",
    button: "关闭跟踪",
  },
  optedOut: {
    title: "跟踪已关闭",
    text: "系统不再记录您何时打开来自 {domain} 的邮件以及点击了哪些链接。您可以关闭此页面。",
  },
  invitation: {
    title: "接受邀请",
    text: "您被邀请加入账户 {account}。接受后，{email} 即可访问该账户。",
    field: "您的姓名",
    button: "接受",
  },
  invitationAccepted: {
    title: "邀请已接受",
    text: "{email} 现在可以访问账户 {account}。您可以关闭此页面。",
    secret: "这是您的 API 令牌。请立即复制：它只在此处显示一次。",
  },
  invitationOver: {
    title: "此邀请已失效",
    text: "该邀请已被撤回、被更新的邀请取代，或已过期。请向邀请您的人索取新的邀请。",
  },
  notFound: {
    title: "找不到页面",
    text: "此链接不完整，或在发送给您的途中被更改。",
  },
  unavailable: {
    title: "请重试",
    text: "操作暂未成功，未做任何更改。请几分钟后再试。",
  },
};
