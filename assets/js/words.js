// What GOV.UK Frontend's components say; their own words are English only.
const chinese = {
  characterCount: {
    charactersUnderLimit: { one: "还可输入 %{count} 字", other: "还可输入 %{count} 字" },
    charactersAtLimit: "已到字数上限",
    charactersOverLimit: { one: "超出 %{count} 字", other: "超出 %{count} 字" },
    textareaDescription: { other: "最多 %{count} 字" },
  },
  passwordInput: {
    showPassword: "显示",
    hidePassword: "隐藏",
    showPasswordAriaLabel: "显示密码",
    hidePasswordAriaLabel: "隐藏密码",
    passwordShownAnnouncement: "密码已显示",
    passwordHiddenAnnouncement: "密码已隐藏",
  },
};

export function words(language) {
  return language.startsWith("zh") ? chinese : {};
}
