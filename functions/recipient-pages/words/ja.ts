import type { Words } from "./words.ts";

export const ja: Words = {
  unsubscribe: {
    title: "配信停止",
    text: "{domain} からのこのメールの受信を停止しますか？",
    button: "配信を停止する",
  },
  unsubscribed: {
    title: "配信を停止しました",
    text: "今後、{domain} からこのメールは届きません。このページは閉じてかまいません。",
  },
  optOut: {
    title: "トラッキングの停止",
    text: "{domain} からのメールは引き続き届きますが、メールの開封やリンクのクリックは記録されなくなります。",
    button: "トラッキングを停止する",
  },
  optedOut: {
    title: "トラッキングを停止しました",
    text: "{domain} からのメールの開封やリンクのクリックは記録されなくなりました。このページは閉じてかまいません。",
  },
  invitation: {
    title: "招待を承諾する",
    text: "アカウント {account} に招待されています。承諾すると、{email} でアクセスできるようになります。",
    field: "お名前",
    button: "承諾する",
  },
  invitationAccepted: {
    title: "招待を承諾しました",
    text: "{email} はアカウント {account} にアクセスできるようになりました。このページは閉じてかまいません。",
    secret: "これがあなたの API トークンです。今すぐコピーしてください。ここで一度だけ表示されます。",
  },
  invitationOver: {
    title: "この招待は無効です",
    text: "招待が取り消されたか、新しい招待に置き換えられたか、期限が切れています。招待した方に再度の招待をご依頼ください。",
  },
  notFound: {
    title: "ページが見つかりません",
    text: "リンクが不完全か、お手元に届くまでに変更されています。",
  },
  unavailable: {
    title: "もう一度お試しください",
    text: "現在処理できませんでした。何も変更されていません。数分後にもう一度お試しください。",
  },
};
