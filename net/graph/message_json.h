#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/json/json_view.h"
#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/model/message.h"
#include "sync/port/sweep.h"

/// Chat messages, bytes to model, once. Tolerant as Graph is inventive: null and absent are alike,
/// unknown members and enum values are no errors, times have 0 to 7 digits. Pure; any thread. No
/// error text holds what people wrote. Source: Graph v1.0, resource type chatMessage.
namespace belfry::net {

/// `chat` is the one that we asked for, since an answer may leave `chatId` out; empty: it must be
/// there. Errors: refused, when the message or its chat has no id.
[[nodiscard]] Result<Message> read_message(const JsonView& json, const ChatId& chat);
/// As read_message(); errors also: refused, when the bytes are no JSON.
[[nodiscard]] Result<Message> message_from_json(std::string_view bytes, const ChatId& chat = {});

/// A page of a list or of a delta round.
struct MessagesPage {
  std::vector<sync::FoundMessage> messages;
  int unreadable = 0;      ///< entries that are no message, `@removed` ones of a delta among them
  std::string next_link;   ///< empty: the last page; an empty page may have one
  std::string delta_link;  ///< ends a delta round
};
/// Errors: refused, when the bytes are no JSON or hold no list.
[[nodiscard]] Result<MessagesPage> messages_page_from_json(std::string_view bytes,
                                                           const ChatId& chat = {});

}  // namespace belfry::net
