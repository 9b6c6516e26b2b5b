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
  notFound: {
    title: "找不到页面",
    text: "此链接不完整，或在发送给您的途中被更改。",
  },
  unavailable: {
    title: "请重试",
    text: "操作暂未成功，未做任何更改。请几分钟后再试。",
  },
};
