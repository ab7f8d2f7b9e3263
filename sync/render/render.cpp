#include "sync/render/render.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sync/render/attachments.h"
#include "sync/render/document.h"
#include "sync/render/html.h"
#include "sync/render/line_writer.h"
#include "sync/render/markdown.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

constexpr const char* k_gap = " · ";

std::string percent_encoded(const std::string& text) {
  static constexpr char k_digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += '%';
      encoded += k_digits[static_cast<unsigned char>(c) >> 4U];
      encoded += k_digits[static_cast<unsigned char>(c) & 15U];
    }
  }
  return encoded;
}

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

/// The n-th word of a phrase.
std::string word_of(const std::string& words, unsigned n) {
  std::string_view rest = words;
  for (unsigned i = 1; i < n && !rest.empty(); ++i)
    rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
  return std::string(rest.substr(0, rest.find(' ')));
}

/// The line that Belfry itself writes, and the link behind most of it.
class FirstLine {
 public:
  FirstLine(const Message& message, const Chat& chat, const RenderContext& context,
            const RenderPolicy& policy)
      : message_(message),
        chat_(chat),
        context_(context),
        policy_(policy),
        phrases_(context.catalogue->phrases_for(context.language)) {}

  std::string of_message() {
    add_importance();
    add_sender();
    add_text(k_gap);
    add_chat();
    if (context_.now && *context_.now - message_.created >= policy_.late_after) {
      add_text(k_gap + phrases_.with(Phrase::sent, {{"when", local_time(message_.created)}}));
    }
    if (message_.edited) {
      add_text(k_gap);
      add_italic(phrases_[Phrase::edited]);
    }
    return written();
  }

  std::string of_deletion() {
    if (message_.sender) {
      add_bold(sender_name());
      add_text(k_gap);
    }
    return of_bare_deletion();
  }

  std::string of_bare_deletion() {
    add_italic(phrases_[Phrase::deleted]);
    add_text(k_gap);
    add_chat();
    return written();
  }

  std::string of_summary(const MissedMessages& missed) {
    const std::string count = std::to_string(missed.count);
    add_bold(missed.count == 1 ? phrases_[Phrase::older_message]
                               : phrases_.with(Phrase::older_messages, {{"count", count}}));
    add_text(k_gap);
    add_chat();
    std::string when = local_time(missed.first);
    if (missed.last != missed.first) when += " – " + local_time(missed.last);
    add_text(k_gap + phrases_.with(Phrase::sent, {{"when", when}}));
    return written();
  }

  std::string of_continuation() {
    add_link(phrases_[Phrase::continued] + " …");
    return written();
  }

 private:
  void add_text(std::string text) { runs_.push_back({std::move(text), {}, {}, false}); }
  void add_bold(std::string text) {
    Style style;
    style.is_bold = true;
    runs_.push_back({std::move(text), style, {}, false});
  }
  void add_italic(std::string text) {
    Style style;
    style.is_italic = true;
    runs_.push_back({std::move(text), style, {}, false});
  }
  void add_link(std::string label) {
    Style style;
    style.link = render::add_link(document_, context_.message_link);
    runs_.push_back({std::move(label), style, {}, false});
  }

  void add_importance() {
    if (message_.importance == Importance::normal) return;
    const bool is_urgent = message_.importance == Importance::urgent;
    add_text("❗ ");
    add_bold(phrases_[is_urgent ? Phrase::urgent : Phrase::important]);
    add_text(k_gap);
  }

  void add_sender() {
    const std::size_t others = count_others();
    const Phrase phrase = others == 0   ? Phrase::messaged
                          : others == 1 ? Phrase::messaged_and_one
                                        : Phrase::messaged_and_others;
    const std::string text = phrases_.with(phrase, {{"count", std::to_string(others)}});
    Run name{sender_name(), {}, {}, false};
    name.style.is_bold = true;
    for (Run& run : phrase_with(text, "sender", name)) runs_.push_back(std::move(run));
  }

  void add_chat() {
    const std::string topic = clean_line(chat_.topic.reveal(), policy_.most_topic_runes);
    add_link(topic.empty() ? phrases_[Phrase::chat]
                           : phrases_.with(Phrase::chat_about, {{"topic", topic}}));
  }

  [[nodiscard]] std::string sender_name() const {
    if (!message_.sender) return phrases_[Phrase::somebody];
    const Sender& sender = *message_.sender;
    const std::string name = known_name(sender.user, sender.display_name, chat_, policy_);
    if (!name.empty()) return name;
    return phrases_[sender.kind == Sender::Kind::application ? Phrase::an_app : Phrase::somebody];
  }

  [[nodiscard]] std::size_t count_others() const {
    return static_cast<std::size_t>(
        std::count_if(chat_.members.begin(), chat_.members.end(), [this](const Member& member) {
          const bool is_sender =
              message_.sender && !member.user.empty() && member.user == message_.sender->user;
          return !is_sender && (member.user.empty() || member.user != context_.reader);
        }));
  }

  [[nodiscard]] std::optional<std::chrono::seconds> utc_offset(WallTime at) const {
    return context_.utc_offset ? context_.utc_offset(at) : std::nullopt;
  }

  /// As the reader's clock showed it.
  [[nodiscard]] WallTime local(WallTime at) const {
    return at + utc_offset(at).value_or(std::chrono::seconds{0});
  }

  /// In the reader's zone; with the day when it is another.
  [[nodiscard]] std::string local_time(WallTime time_of_message) const {
    using std::chrono::days;
    const WallTime shown = local(time_of_message);
    const auto day = std::chrono::floor<days>(shown);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(shown - day).count();
    const std::string hour = two_digits(minutes / 60);
    const std::string minute = two_digits(minutes % 60);
    std::string time = phrases_.with(Phrase::time, {{"hour", hour}, {"minute", minute}});
    if (!utc_offset(time_of_message)) time += " UTC";
    if (day == std::chrono::floor<days>(local(context_.now.value_or(WallTime{})))) return time;
    const std::chrono::year_month_day date{day};
    const std::string month = word_of(phrases_[Phrase::months], unsigned{date.month()});
    const std::string number = std::to_string(unsigned{date.day()});
    return phrases_.with(Phrase::date, {{"month", month}, {"day", number}}) + " " + time;
  }

  [[nodiscard]] std::string written() {
    int links_left = policy_.most_links;
    return LineWriter(document_.links, links_left).single(runs_, Line::of_paragraph);
  }

  const Message& message_;
  const Chat& chat_;
  const RenderContext& context_;
  const RenderPolicy& policy_;
  const Phrases& phrases_;
  Document document_;
  Runs runs_;
};

Document quoted(const Document& document, Blocks blocks) {
  return {{Block{Quote{std::move(blocks)}}}, document.links};
}

/// The longest beginning whose Markdown has room, found by halving: marks and addresses take more
/// than the text that is seen.
std::string cut_markdown(const Document& document, std::size_t room, const RenderPolicy& policy) {
  std::size_t fits = 0;
  std::size_t beyond = count_text(document.blocks);
  std::string best;
  constexpr std::size_t k_close_enough = 32;
  while (beyond - fits > k_close_enough) {
    const std::size_t middle = fits + (beyond - fits) / 2;
    std::string text =
        write_markdown(quoted(document, cut_to(document.blocks, middle)), policy.most_links);
    if (count_runes(text) <= room) {
      fits = middle;
      best = std::move(text);
    } else {
      beyond = middle;
    }
  }
  return best;
}

}  // namespace

Content render_message(const Message& message, const Chat& chat, const RenderContext& context,
                       const RenderPolicy& policy) {
  std::string post = FirstLine(message, chat, context, policy).of_message();
  Document document;
  const std::string subject = clean_line(message.subject.reveal(), policy.most_topic_runes);
  constexpr int k_subject_level = 4;
  if (!subject.empty() && !message.policy_notice)
    document.blocks.emplace_back(Heading{k_subject_level, {{subject, {}, {}, false}}});
  const bool is_whole = MessageReader(message, chat, context, policy).read(document);
  if (document.blocks.empty()) return Content{std::move(post)};

  const std::string rest = "\n\n" + FirstLine(message, chat, context, policy).of_continuation();
  const std::size_t taken = count_runes(post) + 1 + count_runes(rest);
  const std::size_t room = context.max_post_runes > taken ? context.max_post_runes - taken : 0;
  std::string body = write_markdown(quoted(document, document.blocks), policy.most_links);
  const bool has_room = count_runes(body) <= room;
  if (!has_room) body = cut_markdown(document, room, policy);
  if (!body.empty()) post += "\n" + body;
  if (!has_room || !is_whole) post += rest;
  return Content{std::move(post)};
}

Content render_deletion(const Message& message, const Chat& chat, const RenderContext& context,
                        const RenderPolicy& policy) {
  return Content{FirstLine(message, chat, context, policy).of_deletion()};
}

Content render_deletion(const Chat& chat, const RenderContext& context) {
  return render_deletion(Message{}, chat, context);
}

Content render_summary(const MissedMessages& missed, const Chat& chat, const RenderContext& context,
                       const RenderPolicy& policy) {
  return Content{FirstLine(Message{}, chat, context, policy).of_summary(missed)};
}

std::string message_link(const std::string& host, const MessageRef& ref, const TenantId& tenant) {
  return "https://" + host + "/l/message/" + percent_encoded(ref.chat.text()) + "/" +
         percent_encoded(ref.message.text()) + "?tenantId=" + percent_encoded(tenant.text()) +
         "&context=%7B%22contextType%22%3A%22chat%22%7D";
}

}  // namespace belfry::render
