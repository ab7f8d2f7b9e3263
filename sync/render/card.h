#pragma once

#include <cstddef>
#include <string_view>

#include "sync/render/document.h"
#include "sync/render/html.h"
#include "sync/render/json_value.h"

namespace belfry::render {

struct CardPolicy {
  int most_depth = 16;              ///< containers in containers; recursion must end
  std::size_t most_elements = 400;  ///< what a person would scroll through
};

/// What an adaptive card says: its texts, facts, tables and columns in reading order, the labels of
/// its inputs, pictures by their description, and its actions, as links where they open an address.
/// Source: Adaptive Cards schema 1.6; Teams shows 1.5 and some of 1.6.
void read_adaptive_card(const JsonValue& card, const BodyContext& context, Document& document,
                        Blocks& blocks, const CardPolicy& policy = {});

/// The older kinds: hero, thumbnail, receipt, sign-in, list, animation, announcement and Office 365
/// connector cards, which share most names.
/// Source: Teams, "Types of cards"; Outlook, "Legacy actionable message card reference".
void read_classic_card(const JsonValue& card, const BodyContext& context, Document& document,
                       Blocks& blocks, const CardPolicy& policy = {});

}  // namespace belfry::render
