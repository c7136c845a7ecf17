/// Templates for chats that recipes call by a name, in the forms that the models of these names
/// were published with.
enum ChatTemplates {
  /// The templates by their names.
  static let all: [(name: String, text: String)] = [
    (
      "alpaca",
      #"""
      {%- for message in messages %}
        {%- set text = message.content | trim %}
        {%- if message.role == 'system' %}{{ text ~ '\n\n' }}
        {%- elif message.role == 'user' %}{{ '### Instruction:\n' ~ text ~ '\n\n' }}
        {%- elif message.role == 'user_context' %}{{ '### Input:\n' ~ text ~ '\n\n' }}
        {%- elif message.role == 'assistant' %}{{ '### Response:\n' ~ text ~ '\n\n' }}
        {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt and messages[-1].role != 'assistant' %}
        {{- '### Response:\n' }}
      {%- endif %}
      """#
    ),
    (
      "chatml",
      #"""
      {%- for message in messages %}
        {{- '<|im_start|>' ~ message.role ~ '\n' ~ message.content ~ '<|im_end|>\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
      """#
    ),
    (
      "exaone",
      #"""
      {%- if messages[0].role != 'system' %}{{ '[|system|][|endofturn|]\n' }}{% endif %}
      {%- for message in messages %}
        {%- set end = '\n' if message.role == 'user' else '[|endofturn|]\n' %}
        {{- '[|' ~ message.role ~ '|]' ~ message.content ~ end }}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '[|assistant|]' }}{% endif %}
      """#
    ),
    (
      "llama3",
      #"""
      {{- bos_token }}
      {%- for message in messages %}
        {{- '<|start_header_id|>' ~ message.role ~ '<|end_header_id|>\n\n' }}
        {{- message.content | trim ~ '<|eot_id|>' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
      {%- endif %}
      """#
    ),
    (
      "mistral",
      #"""
      {%- set first = 1 if messages[0].role == 'system' else 0 %}
      {{- bos_token }}
      {%- for message in messages[first:] %}
        {%- if message.role != ['user', 'assistant'][loop.index0 % 2] %}
          {{- raise_exception('behind a system message, users and assistants take turns') }}
        {%- elif message.role == 'assistant' %}{{ ' ' ~ message.content ~ eos_token }}
        {%- else %}
          {%- set system = messages[0].content ~ '\n\n' if first and loop.first else '' %}
          {{- ' [INST] ' ~ system ~ message.content ~ ' [/INST]' }}
        {%- endif %}
      {%- endfor %}
      """#
    ),
  ]

  /// The template of a name.
  static func named(_ name: String) -> String? { all.first { $0.name == name }?.text }

  /// The template that a recipe asks for: its own, or that which most models have, of several the
  /// first; nil for none.
  static func template(
    _ recipe: ChatTemplateRecipe, _ tokenizers: [MergeTokenizer]
  ) -> String? {
    guard case .automatic = recipe else {
      guard case .text(let text) = recipe else { return nil }
      return text
    }
    let texts = tokenizers.compactMap(\.chatTemplate)
    var counts: [String: Int] = [:]
    for text in texts { counts[text, default: 0] += 1 }
    return texts.first { counts[$0] == counts.values.max() }
  }
}
